import type { ResultObject } from '../../dicom/results/name-results';
import { transfer } from '../../workers/port';
import { Failure } from '../failure';
import type { GeneratedKind, WorkerCalls } from '../worker/protocol';
import type { Engine } from './engine';
import { readImage } from './explain-host';
import type { Parts } from './parts';

/** Asks the worker for what it holds of finished explanations, and tells it those again that it let go of. */
export class HeldResults {
  constructor(private readonly parts: Parts) {}

  /** What the explanation of an image marks above a percentile, at the image's own resolution. */
  async mask(imageId: string, percentile: number): Promise<Uint8Array> {
    const { explanations } = this.parts;
    const explanation = explanations.of(imageId);
    const reply = await this.ask(imageId, engine => engine.call('mask', { key: imageId, percentile }));
    if (explanation.phase === 'done') {
      const share = reply.valid > 0 ? reply.marked / reply.valid : 0;
      explanations.mark(imageId, { percentile, share, result: explanation.result });
    }
    return reply.mask;
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
