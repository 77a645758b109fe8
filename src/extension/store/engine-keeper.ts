import type { ModelCard } from '../../models/card';
import type { Configuration } from '../configuration';
import { endsWorker, Failure, failureOf } from '../failure';
import type { Engine } from './engine';
import type { EngineState, ExplainState, Settings } from './state';

export interface EngineKeeperOptions {
  configuration: Configuration;
  startEngine: () => Promise<Engine>;
  /** Read when a worker is started or warmed up. */
  settings: () => Settings;
  /** Told of every change. */
  report: (change: Partial<Pick<ExplainState, 'engine' | 'models' | 'methods'>>) => void;
}

export type PreparingPhase = 'loading-model' | 'warming-up';

/** Starts the worker, loads and warms up models in it, and starts it anew after it was lost; each of it once at a time. */
export class EngineKeeper {
  private phase: EngineState = { phase: 'idle' };
  private engine?: Engine;
  private backend?: Extract<EngineState, { phase: 'ready' }>['backend'];
  private starting?: Promise<Engine>;
  private preparing?: { modelId: string; promise: Promise<void> };
  private readonly phaseListeners = new Set<(phase: PreparingPhase) => void>();
  /** Counts the workers given up, so that one still starting then does not take the place of its successor. */
  private attempt = 0;

  constructor(private readonly options: EngineKeeperOptions) {}

  /** The worker that holds explanations; it may be gone. @throws Failure `forgotten` */
  living(): Engine {
    if (this.engine?.alive) return this.engine;
    throw new Failure('forgotten', 'This explanation is no longer held; press Explain again.');
  }

  /** The worker, started if need be. @throws Failure when it does not start, or has no usable model */
  async ensure(): Promise<Engine> {
    this.dropDead();
    // A worker that has not answered `start` knows no models yet, so pressing Explain meanwhile waits for that too.
    if (this.engine && !this.starting) return this.engine;
    this.starting ??= this.start();
    const starting = this.starting;
    try {
      return await starting;
    } finally {
      if (this.starting === starting) this.starting = undefined;
    }
  }

  /** Loads and warms up a model; the same work asked twice is done once. */
  async prepare(
    modelId: string,
    onPhase: (phase: PreparingPhase) => void = () => undefined,
  ): Promise<Extract<EngineState, { phase: 'ready' }>['backend']> {
    if (this.isReady(modelId)) return this.backend!;
    // Now: later it would take what is being prepared for another worker's, and the model would be loaded twice.
    this.dropDead();
    this.phaseListeners.add(onPhase);
    if (this.phase.phase === 'loading-model' || this.phase.phase === 'warming-up') onPhase(this.phase.phase);
    if (this.preparing?.modelId !== modelId) {
      const before = this.preparing?.promise ?? Promise.resolve();
      this.preparing = {
        modelId,
        promise: before.catch(() => undefined).then(() => this.loadAndWarm(modelId)),
      };
    }
    const { preparing } = this;
    try {
      await preparing.promise;
    } finally {
      this.phaseListeners.delete(onPhase);
      if (this.preparing === preparing) this.preparing = undefined;
    }
    return this.backend!;
  }

  /** Loads a model if a worker is there and has nothing else to load. */
  prepareIfIdle(modelId: string): void {
    if (this.phase.phase !== 'ready' || this.isReady(modelId) || this.preparing) return;
    this.prepare(modelId).catch(() => undefined);
  }

  /** Averaged maps are wanted: the workers that share them may start before the first is asked for. */
  gatherHelpers(): void {
    const { methodId, generator, augment, augmentCount } = this.options.settings();
    if (!augment || this.phase.phase !== 'ready' || !this.engine?.alive) return;
    this.engine
      .call('gather', { methodId, generator, augment: { count: augmentCount, seed: 0 } })
      .catch(() => undefined);
  }

  /** Lets go of what the worker holds of an image. */
  forget(key: string): void {
    this.engine?.call('forget', { key }).catch(() => undefined);
  }

  /** Ends the worker, whatever it is doing. */
  end(): void {
    this.engine?.terminate();
    this.drop();
    this.report({ phase: 'idle' });
  }

  /** A call failed: after some failures the worker is given up. */
  failed(error: unknown): void {
    const { code, message } = failureOf(error);
    if (endsWorker(code)) {
      this.engine?.terminate();
      this.drop();
    }
    this.report(code === 'cancelled' ? { phase: 'idle' } : { phase: 'failed', code, message });
  }

  private async start(): Promise<Engine> {
    const attempt = this.attempt;
    const isCurrent = (): boolean => this.attempt === attempt;
    this.report({ phase: 'starting' });
    let engine: Engine | undefined;
    try {
      engine = await this.options.startEngine();
      if (!isCurrent()) throw new Failure('cancelled', 'Cancelled.');
      this.engine = engine;
      const { baseUrl, models: modelIds, workers } = this.options.configuration;
      const { backend } = this.options.settings();
      const reply = await engine.call('start', { baseUrl, modelIds, backend, workers });
      this.options.report({ models: reply.models, methods: reply.methods });
      this.backend = reply.backend;
      const usable = reply.models.some(model => model.card);
      if (!usable) throw new Failure('no-model', noModelMessage(baseUrl, reply.models));
      this.report({ phase: 'started', backend: reply.backend });
      return engine;
    } catch (error) {
      engine?.terminate();
      if (isCurrent()) {
        this.drop();
        this.failed(error);
      }
      throw error;
    }
  }

  private async loadAndWarm(modelId: string): Promise<void> {
    if (this.isReady(modelId)) return;
    const engine = await this.ensure();
    const backend = this.backend!;
    try {
      const onProgress = (fraction: number): void => {
        if (this.engine === engine) this.report({ phase: 'loading-model', modelId, fraction, backend });
      };
      onProgress(0);
      const loaded = await engine.call('load', { modelId }, onProgress);
      this.report({ phase: 'warming-up', modelId, backend });
      const { seconds } = await engine.call('warmUp', { methodId: this.options.settings().methodId });
      const { seconds: loadSeconds, keepsModels } = loaded;
      this.report({ phase: 'ready', modelId, backend, loadSeconds, warmUpSeconds: seconds, keepsModels });
      this.gatherHelpers();
    } catch (error) {
      if (this.engine === engine) this.failed(error);
      throw error;
    }
  }

  private isReady(modelId: string): boolean {
    const { phase } = this;
    return this.engine?.alive === true && phase.phase === 'ready' && phase.modelId === modelId;
  }

  /** It may have died while nothing was asked of it. */
  private dropDead(): void {
    if (this.engine && !this.engine.alive) this.drop();
  }

  private drop(): void {
    this.attempt++;
    this.engine = undefined;
    this.starting = undefined;
    this.preparing = undefined;
  }

  private report(phase: EngineState): void {
    this.phase = phase;
    this.options.report({ engine: phase });
    if (phase.phase !== 'loading-model' && phase.phase !== 'warming-up') return;
    for (const listener of [...this.phaseListeners]) listener(phase.phase);
  }
}

function noModelMessage(
  baseUrl: string,
  models: readonly { id: string; card?: ModelCard; error?: string }[],
): string {
  const reasons = models.map(({ id, error }) => `${id}: ${error}`).join(' ');
  return `No usable model under ${baseUrl}models/. ${reasons || 'models/index.json names none.'}`;
}
