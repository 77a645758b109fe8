import about from '../../../package.json';
import { textOf } from '../../dicom/attribute-values';
import { labelRefusal } from '../../models/applicability';
import type { ModelCard } from '../../models/card';
import { asExplained } from '../../models/label';
import type { EarlyMap } from '../../explain/explain-film';
import { transfer } from '../../workers/port';
import { Failure, type FailureCode } from '../failure';
import type { Target } from '../host/host-image';
import type { LabelChoice, MethodListing } from '../worker/protocol';
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

/** How long a viewer may take until a study lies in its viewports, ms. */
const layingOut = 10_000;

/** Until when a press waits for what the viewport lacks; undefined where nothing is to come. */
function patienceWith(code: FailureCode, now: number): number | undefined {
  if (code === 'loading') return Infinity;
  return code === 'no-image' || code === 'no-viewport' ? now + layingOut : undefined;
}

/** Explains images: starts a run, cancels it, and remembers a press that came before its image. */
export class Runs {
  /**
   * A viewport that was to be explained before its image was there; undefined stands for the active one. Where there was not even a
   * series in it, for as long as the viewer may take to lay a study out: later it is another film that was put there.
   */
  private awaited?: { viewportId: string | undefined; until: number };

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
      const until = patienceWith(outcome.refusal.code, this.parts.now());
      if (until !== undefined) this.awaited = { viewportId, until };
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
    const now = this.parts.now();
    const outcome = this.parts.host()?.findTarget(awaited.viewportId);
    const until = outcome && 'refusal' in outcome ? patienceWith(outcome.refusal.code, now) : undefined;
    if (awaited.until > now && until !== undefined) {
      // Once its image is on the way it is waited for however long that takes.
      if (until === Infinity) awaited.until = until;
      return;
    }
    this.awaited = undefined;
    if (awaited.until > now) void this.explain(awaited.viewportId);
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
    const wanted = asked ? { label: settings.label, ...asked } : settings;
    const augment = settings.augment ? { count: settings.augmentCount, seed: 0 } : undefined;
    const since = now();
    run.move({ phase: 'running', since });
    const choices = labelsOf(card, attributes, wanted.label).map(label => {
      const own = {
        ...usableFor(methods, asExplained(card, label), wanted),
        ...(label !== undefined && { label }),
      };
      return { ...own, key: explanationKey(imageId, card, { ...own, augment: augment?.count }) };
    });
    const several = choices.length > 1 && { choices: choices as LabelChoice[] };
    const request = { image, attributes, ...choices[0], ...several, augment };
    let [mapArrived, mapDrawn] = [since, since];
    let shown: EarlyMap | undefined;
    const sent = transfer(request, image.pixels.buffer);
    const reply = await keeper.living().call('explain', sent, told => {
      if ('transforms' in told) return run.showProgress(told);
      mapArrived = mapDrawn = now();
      shown = told;
      run.showEarly(told);
      // After what draws it, on the next turn.
      setTimeout(() => (mapDrawn = now()));
    });
    if (!run.isCurrent()) return undefined;
    const arrived = now();
    putOnTimeline({ pressed, read, sent: since, mapArrived, mapDrawn, arrived }, reply);
    const made = choices.find(({ label }) => label === reply.settings.label) ?? choices[0];
    const result: Result = {
      key: made.key,
      imageId,
      // The same values, of which the drawing is there already.
      reply: shown ? { ...reply, map: shown.map } : reply,
      card,
      method: methods.find(({ id }) => id === made.methodId)!,
      augment,
      input: card.input,
      generator: made.generator,
      ...(made.label !== undefined && { label: made.label }),
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

/**
 * Labels of which one is to be explained: the one asked for, else all that the model says something of in this film; undefined
 * alone of a model whose classes exclude each other.
 *
 * @throws Failure `not-applicable` where it says nothing of it
 */
function labelsOf(
  { classes, independent }: ModelCard,
  attributes: Target['attributes'],
  asked: string | undefined,
): (string | undefined)[] {
  if (!independent) return [undefined];
  const wanted = classes.filter(({ name }) => name === asked);
  const judged = (wanted.length > 0 ? wanted : classes).map(label => ({
    name: label.name,
    refusal: labelRefusal(label, attributes),
  }));
  const names = judged.flatMap(({ name, refusal }) => (refusal === undefined ? [name] : []));
  if (names.length > 0) return names;
  throw new Failure('not-applicable', judged.map(({ refusal }) => refusal).join(' '));
}

/** Method and generator to use with a model: those asked for where they fit. @throws Failure `no-method` */
function usableFor(
  methods: readonly MethodListing[],
  card: ModelCard,
  wanted: Partial<AskedMethod>,
): { methodId: string; generator?: string } {
  const method = usableMethod(methods, card, wanted.methodId);
  if (!method)
    throw new Failure('no-method', `${card.title} carries nothing that any method here could use.`);
  return { methodId: method.id, generator: usableGenerator(method, card, wanted.generator) };
}

/** What a result says of its film beside the pixels. */
export function filmOf({ instance, frame, attributes }: Target): Pick<Result, 'sopInstanceUid' | 'frame'> {
  const isOneOfSeveral = (attributes.numberOfFrames ?? 1) > 1;
  return { sopInstanceUid: textOf(instance.SOPInstanceUID), ...(isOneOfSeveral && { frame }) };
}
