import { rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { augmented, inputTensor, methodById, partsOfTransforms } from '../../src/explain';
import type { HelperCalls, HelperStart } from '../../src/extension/worker/averaging/helper-calls';
import { planWorkers } from '../../src/extension/worker/averaging/plan';
import { sumOfRange } from '../../src/extension/worker/averaging/sum';
import { AveragingTeam } from '../../src/extension/worker/averaging/team';
import { loadModelPackage, type ModelPackage } from '../../src/models/package';
import { seededRandom } from '../../src/models/random';
import { folderReader } from '../../src/io/folder-reader';
import { browserPort } from '../../src/workers/browser';
import type { Handlers } from '../../src/workers/calls';
import { RemoteWorker } from '../../src/workers/remote-worker';
import { untrainedPackage } from '../cli/untrained-package';
import { LinkedWorker } from '../workers/linked-worker';
import { eventually } from '../support/eventually';

describe('how many workers share an averaged map', () => {
  const heap = 64 * 2 ** 20;

  it('one a core, at most four', () => {
    const plan = (cores: number) => planWorkers({ cores, memoryGib: 8 }, heap);
    expect([1, 2, 3, 4, 16].map(cores => plan(cores).workers)).toEqual([1, 2, 3, 4, 4]);
    expect([2, 16].map(cores => plan(cores).limit)).toEqual(['cores', 'most']);
  });

  it('fewer where their heaps would take more than an eighth of the memory, one always', () => {
    // A heap and 64 MiB beside it: 128 MiB a worker, of 1/8 of the memory.
    const plan = (memoryGib: number | undefined, bytes = heap) => planWorkers({ cores: 8, memoryGib }, bytes);
    expect(plan(4)).toEqual({ workers: 4, limit: 'most' });
    expect(plan(2)).toEqual({ workers: 2, limit: 'memory' });
    expect(plan(0.5)).toEqual({ workers: 1, limit: 'memory' });
    // Taken for 4 GiB where the browser does not say: 512 MiB for workers of 256 MiB.
    expect(plan(undefined, 192 * 2 ** 20)).toEqual({ workers: 2, limit: 'memory' });
    expect(plan(8, 2e9)).toEqual({ workers: 1, limit: 'memory' });
  });

  it('no more than the configuration allows', () => {
    expect(planWorkers({ cores: 8, memoryGib: 8 }, heap, 2)).toEqual({ workers: 2, limit: 'most' });
    expect(planWorkers({ cores: 1, memoryGib: 8 }, heap, 2)).toEqual({ workers: 1, limit: 'cores' });
  });
});

it('parts are single transforms, and cover each once', () => {
  const lengths = (count: number) => partsOfTransforms(count).map(({ from, to }) => to - from);
  expect(lengths(10)).toEqual(Array(10).fill(1));
  for (const count of [1, 2, 7, 10, 50]) {
    const indexes = partsOfTransforms(count).flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, i) => from + i),
    );
    expect(indexes).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});

describe('a team', () => {
  let folder: string;
  let model: ModelPackage;
  let source: HelperStart;
  let input: Float32Array;
  const averaging = {
    methodId: 'similar-adversarial',
    generator: 'single2',
    augment: { count: 10, seed: 4 },
  };

  beforeAll(async () => {
    folder = await untrainedPackage();
    await prepareNodeBackend('wasm');
    model = await loadModelPackage(folderReader(folder), { generators: ['single2'] });
    source = { baseUrl: 'http://nowhere/', card: model.card, kernels: 'own' };
    const random = seededRandom('image');
    input = Float32Array.from({ length: model.card.input.size ** 2 }, () => random());
  }, 120_000);
  afterAll(async () => {
    model.dispose();
    await rm(folder, { recursive: true });
  });

  type Fault = (made: number, sums: number) => Error | undefined;

  /** Helpers in this thread with the same networks; `fault` may make one fail. */
  function teamOf(cores: number, fault: Fault = () => undefined, start?: () => Promise<void>) {
    const made: LinkedWorker<HelperCalls>[] = [];
    const joined: HelperStart[] = [];
    const team = new AveragingTeam({
      script: () => 'worker.js',
      machine: () => ({ cores, memoryGib: 64 }),
      start: async () => {
        await start?.();
        const number = made.length;
        let sums = 0;
        const handlers: Handlers<HelperCalls> = {
          join: request => void joined.push(request),
          async sum(request) {
            sums += 1;
            const error = fault(number, sums);
            if (error) throw error;
            return { sum: await sumOfRange(model, request), heapBytes: 1 };
          },
        };
        const linked = new LinkedWorker<HelperCalls>(handlers);
        made.push(linked);
        return RemoteWorker.start<HelperCalls>(browserPort(linked.asWorker(), undefined), {
          name: 'A helper',
        });
      },
    });
    return { team, made, joined };
  }

  /** The map with helpers that are there already. */
  async function averaged(cores: number, fault?: Fault) {
    const { team, made } = teamOf(cores, fault);
    team.gather(source);
    await new Promise(resolve => setTimeout(resolve, 20));
    const result = await team.average(source, model, averaging, input);
    team.dismiss();
    await new Promise(resolve => setTimeout(resolve));
    expect(made.every(({ terminated }) => terminated)).toBe(true);
    return result;
  }

  it('makes the map of one worker to the last bit, and that of eq. 11', async () => {
    const alone = await averaged(1);
    expect(alone.report).toEqual({ workers: 1, limit: 'cores', helped: 0, parts: 10, failures: [] });
    for (const cores of [2, 3, 4]) {
      const { averaged: values, report } = await averaged(cores);
      expect(report).toMatchObject({ workers: cores, failures: [] });
      expect(report.helped).toBeGreaterThan(0);
      expect(values).toEqual(alone.averaged);
    }
    const x = inputTensor(model, input);
    const options = { ...averaging.augment, ranges: model.card.augmentation, generated: false };
    const made = augmented(methodById(averaging.methodId), options).explain(model, x);
    const whole = made.map;
    const expected = whole.dataSync<'float32'>();
    tf.dispose([x, { ...made }]);
    const largest = expected.reduce((most, value) => Math.max(most, value), 0);
    expect(largest).toBeGreaterThan(0);
    const error = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - alone.averaged.map[i])),
      0,
    );
    expect(error / largest).toBeLessThan(1e-5);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await averaged(2);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on without a helper that fails, says why, and does not ask it again', async () => {
    const alone = await averaged(1);
    const { team, made } = teamOf(3, number =>
      number === 0 ? new Error('the wasm heap has no room for 9 MiB more') : undefined,
    );
    team.gather(source);
    await new Promise(resolve => setTimeout(resolve, 20));
    for (let run = 0; run < 2; run++) {
      const { averaged: values, report } = await team.average(source, model, averaging, input);
      expect(values).toEqual(alone.averaged);
      expect(report.failures).toEqual(['the wasm heap has no room for 9 MiB more']);
    }
    expect(made).toHaveLength(2);
    expect(made[0].terminated).toBe(true);
    expect(made[1].terminated).toBe(false);
    team.dismiss();
  });

  it('tells of each transform once, whoever made it, and not of one that failed', async () => {
    const { team } = teamOf(3, number => (number === 0 ? new Error('no room') : undefined));
    team.gather(source);
    await new Promise(resolve => setTimeout(resolve, 20));
    const told: number[] = [];
    await team.average(source, model, averaging, input, undefined, ({ transforms, count }) => {
      told.push(transforms);
      expect(count).toBe(10);
    });
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    team.dismiss();
  });

  it('makes the whole map alone where no helper starts', async () => {
    const alone = await averaged(1);
    const refuse = (): Promise<void> => Promise.reject(new Error('Worker is not defined'));
    const { team } = teamOf(4, undefined, refuse);
    const { averaged: values, report } = await team.average(source, model, averaging, input);
    expect(values).toEqual(alone.averaged);
    expect(report).toMatchObject({ helped: 0, failures: Array(3).fill('Worker is not defined') });
    team.dismiss();
  });

  it('ends its helpers with the model, and those that memory has no room for', async () => {
    const machine = { cores: 4, memoryGib: 64 };
    const { team, made, joined } = teamOf(4);
    (team as unknown as { options: { machine: () => typeof machine } }).options.machine = () => machine;
    team.gather(source);
    await eventually(() => expect(joined).toHaveLength(3));
    machine.memoryGib = 0.5;
    expect(team.gather(source)).toEqual({ workers: 1, limit: 'memory' });
    await eventually(() => expect(made.every(({ terminated }) => terminated)).toBe(true));
    machine.memoryGib = 64;
    team.gather({ ...source, card: { ...source.card, version: '2.0.0' } });
    await eventually(() => expect(joined.at(-1)?.card.version).toBe('2.0.0'));
    team.dismiss();
  });

  it('lets helpers go when there is nothing to average for a while', async () => {
    const { made, joined, team } = teamOf(2);
    Object.assign((team as unknown as { options: object }).options, { idleMs: 30 });
    team.gather(source);
    await eventually(() => expect(joined).toHaveLength(1));
    await eventually(() => expect(made[0].terminated).toBe(true));
  });
});
