import { cpus } from 'node:os';
import type { Command } from 'commander';
import * as z from 'zod';
import { nodeBackendNames, takesSeveralWorkers, type NodeBackendName } from '../backends/node';
import { isOptional, requireInstalled } from '../backends/optional-packages';
import { registerBenchExplain } from './bench/explain';
import { benchNets, type BenchNet } from './bench/nets';
import { findTorch, startTorch, startWorkers, type StepRunner, type StepTime } from './bench/runners';
import { count, flag, option, wholeNumber } from '../io/options';
import { addOptions } from './options';

/** Options of `explain bench train`. */
const benchOptions = z.object({
  net: option(z.array(z.enum(benchNets.map(net => net.id))).default(['r18', 'generator']), {
    value: '<names...>',
    help: 'networks',
  }),
  backend: option(z.array(z.enum<NodeBackendName[]>([...nodeBackendNames])).default(['wasm']), {
    value: '<names...>',
    help: 'backends',
  }),
  workers: option(z.array(wholeNumber(1, 64)).default([...new Set([1, cpus().length])]), {
    value: '<numbers...>',
    help: 'worker counts',
  }),
  size: option(count().default(224), { value: '<pixels>', help: 'side of the images' }),
  batch: option(count().optional(), {
    value: '<images>',
    help: 'images a step, over all workers (default: by network)',
  }),
  microBatch: option(count().optional(), {
    value: '<images>',
    help: 'images a worker holds at once (default: by network)',
  }),
  repeats: option(count().default(3), {
    value: '<number>',
    help: 'measured steps of each, in turn, after one unmeasured',
  }),
  torch: option(z.boolean().default(true), { help: 'leave PyTorch out' }),
  json: option(flag(), { help: 'print the figures as JSON' }),
});

type BenchOptions = z.infer<typeof benchOptions>;

/** Result of one runner on one net. */
interface Figure {
  title: string;
  isYardstick: boolean;
  /** Milliseconds an image of the fastest step. */
  best: number;
  /** Milliseconds of processor time an image, over all threads: what a busy machine changes least. */
  processor: number;
  heapBytes: number;
}

/** Adds `explain bench train` and `explain bench explain`. */
export function registerBench(program: Command): void {
  const group = program.command('bench').description('Measure this machine');
  registerBenchExplain(group);
  const command = group
    .command('train')
    .description(
      'Time a training step: milliseconds an image by backend and workers, beside PyTorch where it is installed',
    );
  addOptions(command, benchOptions).action((options: BenchOptions) => bench(options));
}

async function bench(options: BenchOptions): Promise<void> {
  options.backend.filter(isOptional).forEach(requireInstalled);
  const python = options.torch ? findTorch() : undefined;
  if (options.torch && !python)
    process.stderr.write('PyTorch is not installed for python3: it is left out.\n');
  const results = [];
  for (const id of options.net) {
    const net = chosenNet(id, options);
    const figures = await measure(await startRunners(net, options, python), net, options.repeats);
    results.push({ net: id, batch: net.batch, microBatch: net.microBatch, size: options.size, figures });
    if (!options.json) process.stdout.write(`${table(net, options.size, figures)}\n`);
  }
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  if (options.json) process.stdout.write(`${JSON.stringify({ results, peakRssBytes }, null, 2)}\n`);
  else
    process.stdout.write(
      `Peak resident memory of this process, all workers: ${gigabytes(peakRssBytes)} GB\n`,
    );
}

function chosenNet(id: string, { batch, microBatch }: BenchOptions): BenchNet {
  const net = benchNets.find(candidate => candidate.id === id)!;
  const size = batch ?? net.batch;
  return { ...net, batch: size, microBatch: Math.min(microBatch ?? net.microBatch, size) };
}

async function startRunners(
  net: BenchNet,
  { backend: backends, workers, size }: BenchOptions,
  python: string | undefined,
): Promise<StepRunner[]> {
  const runners: StepRunner[] = [];
  try {
    for (const backend of backends) {
      const numbers = takesSeveralWorkers(backend) ? workers.filter(number => number <= net.batch) : [1];
      for (const number of numbers) runners.push(await startWorkers(net, size, backend, number));
    }
    if (python) runners.push(await startTorch(net, size, python, Math.max(...workers)));
  } catch (error) {
    await Promise.all(runners.map(runner => runner.stop()));
    throw error;
  }
  return runners;
}

/** Lets the runners take turns, so that other work on the machine meets all of them. */
async function measure(runners: StepRunner[], { id, batch }: BenchNet, repeats: number): Promise<Figure[]> {
  const step = async (runner: StepRunner, round: string): Promise<StepTime> => {
    const whole = await runner.step();
    const time = { clock: whole.clock / batch, processor: whole.processor / batch };
    process.stderr.write(`${id}  ${round}  ${runner.title}: ${time.clock.toFixed(1)} ms an image\n`);
    return time;
  };
  try {
    for (const runner of runners) await step(runner, 'unmeasured');
    const times = runners.map((): StepTime[] => []);
    for (let repeat = 1; repeat <= repeats; repeat++) {
      for (const [k, runner] of runners.entries()) times[k].push(await step(runner, `${repeat}/${repeats}`));
    }
    return runners.map(({ title, isYardstick, heapBytes }, k) => ({
      title,
      isYardstick,
      best: Math.min(...times[k].map(time => time.clock)),
      processor: Math.min(...times[k].map(time => time.processor)),
      heapBytes: heapBytes(),
    }));
  } finally {
    await Promise.all(runners.map(runner => runner.stop()));
  }
}

function table(net: BenchNet, size: number, figures: readonly Figure[]): string {
  const yardstick = figures.find(figure => figure.isYardstick);
  const header = [
    '',
    'best, ms an image',
    'times PyTorch',
    'processor ms',
    'times PyTorch',
    'wasm heap a worker, GB',
  ];
  const rows = figures.map(figure => [
    figure.title,
    figure.best.toFixed(1),
    yardstick ? (figure.best / yardstick.best).toFixed(2) : '',
    figure.processor.toFixed(1),
    yardstick ? (figure.processor / yardstick.processor).toFixed(2) : '',
    figure.heapBytes > 0 ? gigabytes(figure.heapBytes) : '',
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map(row => row[column].length)));
  const lines = [header, ...rows].map(row =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  '),
  );
  const title = `${net.title}, ${size} × ${size}: a training step of ${net.batch} images, ${net.microBatch} at once`;
  return [title, ...lines, ''].join('\n');
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
