import type { ResultObject } from '../../dicom/results/name-results';
import type { GradedCounterfactual } from '../../models/graded';
import { transfer } from '../../workers/port';
import { Failure } from '../failure';
import type { GeneratedKind, WorkerCalls } from '../worker/protocol';
import type { Engine } from './engine';
import { readImage } from './explain-host';
import { KeptLevels, marksAt, marksOf, type Marks, type MaskLevels } from './mask-levels';
import type { Parts } from './parts';
import { percentileSteps, type Result } from './state';

/** Asks the worker for what it holds of finished explanations, and tells it those again that it let go of. */
export class HeldResults {
  private readonly levels = new KeptLevels();

  constructor(private readonly parts: Parts) {}

  /** What an explanation marks above a percentile, at the image's own resolution; told to the panel once it is written. */
  async marks(result: Result, percentile: number): Promise<Marks> {
    const stop = percentileSteps.indexOf(percentile);
    const marks =
      stop >= 0 ? marksAt(await this.levelsOf(result), stop) : await this.askMarks(result, percentile);
    const { size, valid, fill } = marks;
    return {
      ...marks,
      fill: async pixels => {
        const share = await fill(pixels);
        this.parts.explanations.mark(result, { percentile, share, ofField: valid < size });
        return share;
      },
    };
  }

  /** The same as an array: 1 marked, 0 not. */
  async mask(result: Result, percentile: number): Promise<Uint8Array> {
    const { size, fill } = await this.marks(result, percentile);
    const mask = new Uint8Array(size);
    await fill(mask);
    return mask;
  }

  /** Its masks at every stop of the slider. */
  levelsOf(result: Result): Promise<MaskLevels> {
    const request = { key: result.key, percentiles: percentileSteps };
    return this.levels.of(result, () => this.ask(result, engine => engine.call('levels', request)));
  }

  /** Of a percentile that the slider does not stop at: one that was saved elsewhere. */
  private async askMarks(result: Result, percentile: number): Promise<Marks> {
    const request = { key: result.key, percentile };
    return marksOf(await this.ask(result, engine => engine.call('mask', request)));
  }

  /** The film or a generated image at native resolution, modality units. */
  async values(result: Result, kind: GeneratedKind): Promise<Float32Array> {
    const { store } = this.parts;
    store.update({ preparingImage: true });
    try {
      return (await this.ask(result, engine => engine.call('values', { key: result.key, kind }))).values;
    } finally {
      store.update({ preparingImage: false });
    }
  }

  /**
   * The classifier's answers on the way to x_a, by the model that made the explanation.
   *
   * @param load whether a model that another one has taken the place of is loaded again
   * @throws Failure `no-model` where it is not loaded
   */
  async grade(result: Result, load: boolean): Promise<GradedCounterfactual> {
    const { keeper } = this.parts;
    if (load) await keeper.prepare(result.card.id);
    return this.ask(result, engine => engine.call('grade', { key: result.key }));
  }

  /** The image at a fraction of that way, modality units. */
  between(result: Result, fraction: number, mostPixels: number): Promise<WorkerCalls['between']['reply']> {
    return this.ask(result, engine => engine.call('between', { key: result.key, fraction, mostPixels }));
  }

  /** The way to x_a as an animated GIF. */
  async animation(result: Result, graded: GradedCounterfactual): Promise<Uint8Array> {
    const request = { key: result.key, graded, created: result.created };
    return (await this.ask(result, engine => engine.call('animation', request))).bytes;
  }

  /** DICOM objects of an explanation, made where the explanation is held. */
  async objects(
    result: Result,
    request: Omit<WorkerCalls['results']['request'], 'key'>,
  ): Promise<ResultObject[]> {
    const asked = { ...request, key: result.key };
    return (await this.ask(result, engine => engine.call('results', asked))).objects;
  }

  private async ask<T>(result: Result, question: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await question(this.parts.keeper.living());
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'forgotten') throw error;
      return question(await this.tellAgain(result, error));
    }
  }

  private async tellAgain(result: Result, reason: Failure): Promise<Engine> {
    const { explanations, keeper } = this.parts;
    const { key, imageId, reply: explained, input: spec } = result;
    const host = this.parts.host();
    const target = host?.shownImage(imageId);
    // One that was cleared meanwhile stays away.
    if (explanations.find(key) !== result || !host || !target) throw reason;
    const image = await readImage(host, target);
    const engine = await keeper.ensure();
    const request = { key, image, explained, spec };
    await engine.call('hold', transfer(request, image.pixels.buffer));
    return engine;
  }
}
