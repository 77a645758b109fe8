import type { ResultObject } from '../../dicom/results/name-results';
import type { GradedCounterfactual } from '../../models/graded';
import { transfer } from '../../workers/port';
import { Failure } from '../failure';
import type { GeneratedKind, WorkerCalls } from '../worker/protocol';
import type { Engine } from './engine';
import { readImage } from './explain-host';
import { KeptLevels, maskAt, type MaskLevels } from './mask-levels';
import type { Parts } from './parts';
import { percentileSteps, type Result } from './state';

/** Asks the worker for what it holds of finished explanations, and tells it those again that it let go of. */
export class HeldResults {
  private readonly levels = new KeptLevels();

  constructor(private readonly parts: Parts) {}

  /** What the explanation of an image marks above a percentile, at the image's own resolution. */
  async mask(imageId: string, percentile: number): Promise<Uint8Array> {
    const { explanations } = this.parts;
    const explanation = explanations.of(imageId);
    const result = explanation.phase === 'done' ? explanation.result : undefined;
    const stop = percentileSteps.indexOf(percentile);
    const { mask, share } =
      result && stop >= 0
        ? maskAt(await this.levels.of(result, () => this.askLevels(imageId)), stop)
        : await this.askMask(imageId, percentile);
    if (result) explanations.mark(imageId, { percentile, share, result });
    return mask;
  }

  private askLevels(imageId: string): Promise<MaskLevels> {
    const request = { key: imageId, percentiles: percentileSteps };
    return this.ask(imageId, engine => engine.call('levels', request));
  }

  /** Of a percentile that the slider does not stop at: one that was saved elsewhere. */
  private async askMask(imageId: string, percentile: number): Promise<{ mask: Uint8Array; share: number }> {
    const request = { key: imageId, percentile };
    const { mask, marked, valid } = await this.ask(imageId, engine => engine.call('mask', request));
    return { mask, share: valid > 0 ? marked / valid : 0 };
  }

  /** The film or a generated image at native resolution, modality units. */
  async values(imageId: string, kind: GeneratedKind): Promise<Float32Array> {
    const { store } = this.parts;
    store.update({ preparingImage: true });
    try {
      return (await this.ask(imageId, engine => engine.call('values', { key: imageId, kind }))).values;
    } finally {
      store.update({ preparingImage: false });
    }
  }

  /** The classifier's answers on the way to x_a, by the model that made the explanation. */
  async grade(imageId: string, { card }: Result): Promise<GradedCounterfactual> {
    await this.parts.keeper.prepare(card.id);
    return this.ask(imageId, engine => engine.call('grade', { key: imageId }));
  }

  /** The image at a fraction of that way, modality units. */
  between(imageId: string, fraction: number, mostPixels: number): Promise<WorkerCalls['between']['reply']> {
    return this.ask(imageId, engine => engine.call('between', { key: imageId, fraction, mostPixels }));
  }

  /** DICOM objects of an explanation, made where the explanation is held. */
  async objects(request: WorkerCalls['results']['request']): Promise<ResultObject[]> {
    return (await this.ask(request.key, engine => engine.call('results', request))).objects;
  }

  private async ask<T>(imageId: string, question: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await question(this.parts.keeper.living());
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'forgotten') throw error;
      return question(await this.tellAgain(imageId, error));
    }
  }

  private async tellAgain(imageId: string, reason: Failure): Promise<Engine> {
    const { explanations, keeper } = this.parts;
    const host = this.parts.host();
    const explanation = explanations.of(imageId);
    const target = host?.shownImage(imageId);
    if (explanation.phase !== 'done' || !host || !target) throw reason;
    const { reply: explained, input: spec } = explanation.result;
    const image = await readImage(host, target);
    const engine = await keeper.ensure();
    const request = { key: imageId, image, explained, spec };
    await engine.call('hold', transfer(request, image.pixels.buffer));
    return engine;
  }
}
