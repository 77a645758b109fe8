// The page of bench-peers.mjs: one worker a runner; they take turns, so that other work on the machine meets all of them.
import { networkNames } from './networks.mjs';

globalThis.networkNames = networkNames;

/** Starts the runners; answers what each says of itself. */
globalThis.startRunners = async () => {
  const base = new URL('.', globalThis.location.href).href;
  const [tfjs, ort] = [`${base}tfjs/`, `${base}ort/`];
  runners = {
    ours: new Runner('ours.js', { wasmPath: tfjs, kernels: 'own' }),
    ort: new Runner('onnxruntime.js', { wasmPath: ort }),
    stock: new Runner('ours.js', { wasmPath: tfjs, kernels: 'stock' }),
  };
  const words = [];
  for (const [name, runner] of Object.entries(runners)) words.push([name, await runner.started()]);
  return Object.fromEntries(words);
};

/**
 * Milliseconds of every run of a network by runner, and the largest differences from onnxruntime-web's outputs. Two rounds at
 * least, and `warmUp` milliseconds, go by unmeasured: engines plan, and their compilers optimise what runs often.
 */
globalThis.measureNetwork = async (name, repeats, warmUp) => {
  const models = new URL('models/', globalThis.location.href).href;
  const { onnx, shape } = await runners.ours.ask('take', { name, models });
  await runners.stock.ask('take', { name, models });
  await runners.ort.ask('take', { onnx });
  const image = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => 0.5 + 0.5 * Math.sin(i * 0.7 + Math.sin(i * 0.013) * 9),
  );
  const names = Object.keys(runners);
  const times = Object.fromEntries(names.map(runner => [runner, []]));
  const outputs = {};
  const takeTurns = async measured => {
    for (const runner of names) {
      const answer = await runners[runner].ask('run', { image, shape });
      if (measured) times[runner].push(answer.milliseconds);
      outputs[runner] = answer.outputs;
    }
  };
  const begun = performance.now();
  for (let round = 0; round < 2 || performance.now() - begun < warmUp; round++) await takeTurns(false);
  for (let round = 0; round < repeats; round++) await takeTurns(true);
  return {
    times,
    error: { ours: difference(outputs.ours, outputs.ort), stock: difference(outputs.stock, outputs.ort) },
  };
};

let runners;

class Runner {
  #worker;
  #waiting = new Map();
  #next = 0;
  #start;

  constructor(script, start) {
    this.#worker = new Worker(script, { type: 'module' });
    this.#worker.onmessage = ({ data: { id, reply, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(reply);
      else reject(new Error(`${script}: ${error}`));
    };
    this.#worker.onerror = event => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${script}: ${event.message}`));
    };
    this.#start = start;
  }

  started() {
    return this.ask('start', this.#start);
  }

  ask(call, request) {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, request });
    });
  }
}

/** Largest difference of any output, over its largest value where that is above 1. */
function difference(actual, expected) {
  const errors = expected.map((wanted, k) => {
    let [largest, scale] = [0, 1];
    wanted.forEach((value, i) => {
      const apart = Math.abs(actual[k][i] - value);
      largest = Math.max(largest, Number.isFinite(apart) ? apart : Infinity);
      scale = Math.max(scale, Math.abs(value));
    });
    return actual[k].length === wanted.length ? largest / scale : Infinity;
  });
  return actual.length === expected.length ? Math.max(...errors) : Infinity;
}
