import * as tf from '@tensorflow/tfjs';
import { wasmHeapBytes } from '../../../backends/heap';
import {
  averageOfSums,
  coverOfTransforms,
  methodById,
  partsOfTransforms,
  type AveragedValues,
  type ExplainContext,
} from '../../../explain';
import { startBrowserWorker } from '../../../workers/browser-start';
import type { RemoteWorker } from '../../../workers/remote-worker';
import { shareWithHelpers, type Helper } from '../../../workers/share-with-helpers';
import type { Averaging, HelperCalls, HelperStart, SumRequest } from './helper-calls';
import { planWorkers, thisMachine, type AveragingPlan, type Machine } from './plan';
import { sumOfRange } from './sum';

/** On what an averaged map was made. */
export interface AveragingReport extends AveragingPlan {
  /** Parts of the map that helpers made, and of how many. */
  helped: number;
  parts: number;
  /** Why each helper that is not used any more failed; the others do its parts. */
  failures: string[];
}

/** How far an averaged map is. */
export interface AveragingProgress {
  /** Transforms that are done. */
  transforms: number;
  /** Of so many. */
  count: number;
}

export interface TeamOptions {
  /** Starts a helper; by default a worker of the browser. */
  start?: (url: string) => Promise<RemoteWorker<HelperCalls>>;
  /** Address of the script that helpers run. */
  script: () => string;
  /** Default: what the browser tells. */
  machine?: () => Machine;
  /** Workers that the configuration allows. */
  allowed?: () => number | undefined;
  /** How long a helper may take for one part, and for starting, milliseconds. */
  patienceMs?: number;
  /** How long helpers stay when there is nothing to average, milliseconds: their heaps are memory that the viewer can use. */
  idleMs?: number;
}

interface Member {
  ready: Promise<RemoteWorker<HelperCalls>>;
  /** Why it failed: it is not asked any more, nor replaced: what ended it would end the next. */
  failure?: string;
}

/**
 * The workers that share an averaged map with the one that explains: each with its own wasm backend and its own copy of the
 * networks, so no page need be cross-origin isolated. They are started from inside that worker, and end with it.
 */
export class AveragingTeam {
  private readonly members: Member[] = [];
  private source?: HelperStart;
  /** Largest heap of any of them. */
  private heapBytes = 0;
  private idle?: ReturnType<typeof setTimeout>;
  private cover?: { key: string; values: Float32Array };

  constructor(private readonly options: TeamOptions) {}

  /**
   * Starts the helpers that are of use for a model, without waiting for them; ends those that are too many.
   *
   * @param ahead an averaging that is likely to be asked for: each helper makes one of its maps, for a first one takes longer
   */
  gather(source: HelperStart, ahead?: Averaging): AveragingPlan {
    if (this.source && !isSame(this.source, source)) this.dismiss();
    this.source = source;
    this.heapBytes = Math.max(this.heapBytes, wasmHeapBytes());
    const plan = planWorkers(
      (this.options.machine ?? thisMachine)(),
      this.heapBytes,
      this.options.allowed?.(),
    );
    while (this.members.length < plan.workers - 1) this.members.push(this.begin(source, ahead));
    for (const member of this.members.splice(plan.workers - 1)) end(member);
    this.stayFor(this.options.idleMs ?? usualIdleMs);
    return plan;
  }

  /**
   * Averages the maps of a method over random transforms (eq. 11). The map does not depend on who made which part.
   *
   * @param context the networks of `source` in this thread
   * @param input size × size, in [0, 1]
   * @param meanwhile something else for this thread, once nothing of the map is left to it and helpers still work on theirs
   * @param onDone told after each part, whoever made it
   */
  async average(
    source: HelperStart,
    context: ExplainContext,
    averaging: Averaging,
    input: Float32Array,
    meanwhile?: () => Promise<unknown>,
    onDone: (progress: AveragingProgress) => void = () => undefined,
  ): Promise<{ averaged: AveragedValues; report: AveragingReport }> {
    const plan = this.gather(source);
    clearTimeout(this.idle);
    const parts = partsOfTransforms(averaging.augment.count);
    const jobs = parts.map((range): SumRequest => ({ ...averaging, range, input }));
    const members = this.members.filter(({ failure }) => failure === undefined).slice(0, parts.length - 1);
    let transforms = 0;
    const counted = async (job: SumRequest, making: Promise<Float32Array>): Promise<Float32Array> => {
      const sum = await making;
      transforms += job.range.to - job.range.from;
      onDone({ transforms, count: averaging.augment.count });
      return sum;
    };
    try {
      const { results, helped } = await shareWithHelpers(
        jobs,
        job => counted(job, sumOfRange(context, job)),
        members.map(async member => {
          const help = await this.asHelper(member);
          return (job: SumRequest) => counted(job, help(job));
        }),
        meanwhile,
      );
      const cover = await this.coverOf(averaging.augment, context);
      const { isSigned = false } = methodById(averaging.methodId).map;
      const averaged = await averagedOf(results, cover, context.card.input.size, isSigned);
      const failures = this.members.flatMap(({ failure }) => failure ?? []);
      const report = { ...plan, helped, parts: parts.length, failures };
      return { averaged, report };
    } finally {
      this.stayFor(this.options.idleMs ?? usualIdleMs);
    }
  }

  /** Ends all helpers. */
  dismiss(): void {
    clearTimeout(this.idle);
    for (const member of this.members.splice(0)) end(member);
    this.source = undefined;
    this.heapBytes = 0;
  }

  private begin(source: HelperStart, ahead: Averaging | undefined): Member {
    const { patienceMs = usualPatienceMs, start = startHelperWorker } = this.options;
    const join = async (): Promise<RemoteWorker<HelperCalls>> => {
      const worker = await start(this.options.script());
      try {
        await worker.call('join', source, { patienceMs });
        if (ahead) {
          const { size } = source.card.input;
          const ramp = Float32Array.from({ length: size * size }, (_, i) => (i % size) / size);
          await worker.call('sum', { ...ahead, range: { from: 0, to: 1 }, input: ramp }, { patienceMs });
        }
        return worker;
      } catch (error) {
        await worker.stop();
        throw error;
      }
    };
    const member: Member = { ready: join() };
    // Told when a map is shared with it.
    member.ready.catch(() => undefined);
    return member;
  }

  private async asHelper(member: Member): Promise<Helper<SumRequest, Float32Array>> {
    const { patienceMs = usualPatienceMs } = this.options;
    const failing = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        member.failure = messageOf(error);
        end(member);
        throw error;
      }
    };
    const worker = await failing(member.ready);
    return async job => {
      const { sum, heapBytes } = await failing(worker.call('sum', job, { patienceMs }));
      this.heapBytes = Math.max(this.heapBytes, heapBytes);
      return sum;
    };
  }

  private stayFor(milliseconds: number): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.dismiss(), milliseconds);
  }

  /** The same for every image of one count and seed, so it is kept. */
  private async coverOf(augment: Averaging['augment'], { card }: ExplainContext): Promise<Float32Array> {
    const { size } = card.input;
    const key = JSON.stringify([augment, size, card.augmentation]);
    if (this.cover?.key !== key) {
      const tensor = coverOfTransforms({ ...augment, ranges: card.augmentation }, size);
      this.cover = { key, values: (await tensor.data()) as Float32Array };
      tensor.dispose();
    }
    return this.cover.values;
  }
}

function startHelperWorker(url: string): Promise<RemoteWorker<HelperCalls>> {
  return startBrowserWorker<HelperCalls>(url, { name: 'A helper worker' });
}

const usualPatienceMs = 300_000;
const usualIdleMs = 120_000;

function end({ ready }: Member): void {
  ready.then(worker => worker.stop()).catch(() => undefined);
}

/** Sums added in the order of the transforms, whoever made them first. */
async function averagedOf(
  sums: readonly Float32Array[],
  cover: Float32Array,
  size: number,
  isSigned: boolean,
): Promise<AveragedValues> {
  const averaged = tf.tidy(() => {
    const parts = sums.map(sum => tf.tensor4d(sum, [4, 1, size, size]));
    const whole = parts.reduce((total, part) => tf.add<tf.Tensor4D>(total, part));
    return averageOfSums(whole, tf.tensor3d(cover, [2, size, size]));
  });
  try {
    const [map, spread, halves, signed] = await Promise.all(
      [averaged.map, averaged.spread, averaged.halves, averaged.signed].map(
        async tensor => (await tensor.data()) as Float32Array,
      ),
    );
    return { map, spread, halves, ...(isSigned && { signed }) };
  } finally {
    tf.dispose({ ...averaged });
  }
}

function isSame(a: HelperStart, b: HelperStart): boolean {
  return a.baseUrl === b.baseUrl && a.card === b.card && a.kernels === b.kernels;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
