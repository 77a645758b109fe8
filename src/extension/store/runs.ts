import about from '../../../package.json';
import { textOf } from '../../dicom/attribute-values';
import { transfer } from '../../workers/port';
import { Failure } from '../failure';
import type { Target } from '../host/host-image';
import { readImage, type ExplainHost } from './explain-host';
import type { Run } from './explanations';
import type { Parts } from './parts';
import { endRun } from './run-end';
import {
  explanationKey,
  isBusy,
  usableGenerator,
  usableMethod,
  type AskedMethod,
  type Result,
} from './state';
import { putOnTimeline } from './timeline';

/** Explains images: starts a run, cancels it, and remembers a press that came before its image. */
export class Runs {
  /** A viewport that was to be explained before its image was there; undefined stands for the active one. */
  private awaited?: { viewportId: string | undefined };

  constructor(private readonly parts: Parts) {}

  /**
   * Explains the image in a viewport (default: the active one). Failures end up in the state.
   *
   * @param asked default: method and generator of the settings
   * @returns what was made
   */
  async explain(viewportId?: string, asked?: AskedMethod): Promise<Result | undefined> {
    const { explanations, store } = this.parts;
    const host = this.parts.host();
    const outcome = host?.findTarget(viewportId);
    this.awaited = undefined;
    if (!host || !outcome) return undefined;
    if ('refusal' in outcome) {
      if (outcome.refusal.code === 'loading') this.awaited = { viewportId };
      return undefined;
    }
    const { target } = outcome;
    if (isBusy(explanations.of(target.imageId).phase)) return undefined;
    const run = explanations.begin(target.imageId);
    store.update({ notice: undefined, outputVisible: true, counterfactual: 'off' });
    try {
      return await this.run(host, target, run, asked);
    } catch (error) {
      endRun(this.parts, run, error);
      return undefined;
    }
  }

  /** The image that somebody waits for may be there now. */
  explainAwaited(): void {
    const { awaited } = this;
    if (!awaited) return;
    const outcome = this.parts.host()?.findTarget(awaited.viewportId);
    if (outcome && 'refusal' in outcome && outcome.refusal.code === 'loading') return;
    this.awaited = undefined;
    void this.explain(awaited.viewportId);
  }

  awaitNothing(): void {
    this.awaited = undefined;
  }

  /**
   * Stops what is under way by ending the worker; the next press starts it again. An image that was explained before shows
   * that again.
   */
  cancel(): void {
    this.parts.keeper.end();
    this.parts.explanations.giveUpAll();
  }

  private async run(
    host: ExplainHost,
    target: Target,
    run: Run,
    asked?: AskedMethod,
  ): Promise<Result | undefined> {
    const { keeper, store, subject, now } = this.parts;
    const { imageId, attributes } = target;
    const pressed = now();
    run.move({ phase: 'loading-model' });
    const image = await readImage(host, target);
    const read = now();
    if (!run.isCurrent()) return undefined;

    await keeper.ensure();
    subject.refresh(host);
    const { card, applicability } = subject.choose(attributes);
    if (!card || applicability.refusals.length > 0) {
      throw new Failure('not-applicable', applicability.refusals.join(' '));
    }
    const backend = await keeper.prepare(card.id, phase => run.move({ phase }));
    if (!run.isCurrent()) return undefined;

    const { settings, methods } = store.getState();
    const wanted = asked ?? settings;
    const method = usableMethod(methods, card, wanted.methodId);
    if (!method)
      throw new Failure('no-method', `${card.title} carries nothing that any method here could use.`);
    const generator = usableGenerator(method, card, wanted.generator);
    const augment = settings.augment ? { count: settings.augmentCount, seed: 0 } : undefined;
    const since = now();
    run.move({ phase: 'running', since });
    const made = { methodId: method.id, generator };
    const key = explanationKey(imageId, card, { ...made, augment: augment?.count });
    const request = { key, image, attributes, ...made, augment };
    let [mapArrived, mapDrawn] = [since, since];
    const sent = transfer(request, image.pixels.buffer);
    const reply = await keeper.living().call('explain', sent, early => {
      mapArrived = now();
      run.showEarly(early);
      mapDrawn = now();
    });
    if (!run.isCurrent()) return undefined;
    const arrived = now();
    putOnTimeline({ pressed, read, sent: since, mapArrived, mapDrawn, arrived }, reply);
    const result: Result = {
      key,
      imageId,
      reply,
      card,
      method,
      augment,
      input: card.input,
      generator,
      backend: backend.name,
      created: new Date(),
      software: about.version,
      ...filmOf(target),
      totalSeconds: (read - pressed + arrived - since) / 1000,
      warnings: reply.cautions,
    };
    run.move({ phase: 'done', result });
    return result;
  }
}

/** What a result says of its film beside the pixels. */
export function filmOf({ instance, frame, attributes }: Target): Pick<Result, 'sopInstanceUid' | 'frame'> {
  const isOneOfSeveral = (attributes.numberOfFrames ?? 1) > 1;
  return { sopInstanceUid: textOf(instance.SOPInstanceUID), ...(isOneOfSeveral && { frame }) };
}
