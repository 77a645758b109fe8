import * as tf from '@tensorflow/tfjs';
import { readEach, tensorFrom } from '../backends/heap-values';
import type { ParameterRange } from './optimiser';
import type { TrainedWeights } from './task';

/** The weights of a training as two flat vectors: trainable ones (parameters) and the rest (statistics). */
export class FlatWeights {
  readonly parameters: Part[];
  readonly statistics: Part[];
  readonly parameterCount: number;
  readonly statisticCount: number;

  constructor(private readonly trained: TrainedWeights) {
    this.parameters = parts(trained.trainableWeights);
    this.statistics = parts(trained.nonTrainableWeights);
    this.parameterCount = total(this.parameters);
    this.statisticCount = total(this.statistics);
  }

  get ranges(): ParameterRange[] {
    return this.parameters.map(({ start, length, variable }) => ({
      start,
      end: start + length,
      decays: variable.originalName.endsWith('/kernel'),
      adam: this.trained.adamOf?.(variable.originalName),
    }));
  }

  /** Copies the network's weights out. */
  async read(parameters: Float32Array, statistics: Float32Array): Promise<void> {
    await this.readPart(this.parameters, parameters);
    await this.readPart(this.statistics, statistics);
  }

  async readStatistics(into: Float32Array): Promise<void> {
    await this.readPart(this.statistics, into);
  }

  /** Sets the network's weights. */
  write(parameters: Float32Array, statistics: Float32Array): void {
    this.writePart(this.parameters, parameters);
    this.writePart(this.statistics, statistics);
  }

  private async readPart(from: readonly Part[], into: Float32Array): Promise<void> {
    const tensors = from.map(({ variable }) => variable.read());
    await readEach(tensors, (values, k) => into.set(values, from[k].start));
  }

  private writePart(to: readonly Part[], values: Float32Array): void {
    for (const { variable, start } of to) {
      // A new tensor each time: the wasm backend keeps packed weights by tensor.
      tf.tidy(() => {
        variable.write(tensorFrom(values, start, variable.shape as number[]));
      });
    }
  }
}

interface Part {
  variable: tf.LayerVariable;
  start: number;
  length: number;
}

function parts(variables: readonly tf.LayerVariable[]): Part[] {
  let start = 0;
  return variables.map(variable => {
    const length = variable.shape.reduce<number>((product, side) => product * (side as number), 1);
    const part = { variable, start, length };
    start += length;
    return part;
  });
}

function total(list: readonly Part[]): number {
  return list.reduce((sum, part) => sum + part.length, 0);
}
