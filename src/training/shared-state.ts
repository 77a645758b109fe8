/** The state of a training run in memory shared by all workers. */
export interface SharedState {
  /** Trainable weights, flat. */
  parameters: Float32Array;
  /** Adam's first and second moments of `parameters`. */
  moment1: Float32Array;
  moment2: Float32Array;
  /** Other weights (batch norm's moving averages), flat. */
  statistics: Float32Array;
  /** Moving average over the steps of parameters, then statistics: the result of the training. */
  average: Float32Array;
  /** One row a worker: its share of the gradient, then its statistics. */
  contributions: Float32Array[];
  /** The barrier: [workers arrived, generation]. */
  barrier: Int32Array;
}

export function createSharedState(parameters: number, statistics: number, workers: number): SharedState {
  const floats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
  return {
    parameters: floats(parameters),
    moment1: floats(parameters),
    moment2: floats(parameters),
    statistics: floats(statistics),
    average: floats(parameters + statistics),
    contributions: Array.from({ length: workers }, () => floats(parameters + statistics)),
    barrier: new Int32Array(new SharedArrayBuffer(8)),
  };
}

const barrierTimeoutMs = 15 * 60 * 1000;

/**
 * Waits until all workers have come here.
 *
 * @throws Error when another worker has not come for a quarter of an hour
 */
export function waitForAll(barrier: Int32Array, workers: number): void {
  const generation = Atomics.load(barrier, 1);
  if (Atomics.add(barrier, 0, 1) === workers - 1) {
    Atomics.store(barrier, 0, 0);
    Atomics.add(barrier, 1, 1);
    Atomics.notify(barrier, 1);
    return;
  }
  while (Atomics.load(barrier, 1) === generation) {
    if (Atomics.wait(barrier, 1, generation, barrierTimeoutMs) === 'timed-out') {
      throw new Error('Another training worker has stopped answering.');
    }
  }
}
