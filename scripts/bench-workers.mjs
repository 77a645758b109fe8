// Throughput of `explain pacs` with one worker and with two, in turns, over one queue, where the archive costs next to nothing:
//   node scripts/bench-workers.mjs [--images 40] [--rounds 3] [--latency 0] [--model models/phantom]
// It starts a Redis and an archive of its own (scripts/fake-archive.mjs) and draws phantoms of 1024 × 1024 pixels. Of each run it takes
// the time from when every worker has its first image done to the last image: start-up and loading of networks are not in it. It
// prints the ratio, and how much of a core archive and Redis took, which on a machine of two cores the two workers go without.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startFakeArchive } from './fake-archive.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const command = path.join(root, 'bin/explain.js');
const redisServer = '/usr/bin/redis-server';

/**
 * @returns one entry a run: `workers`, `images` that were explained, `rate` of images a minute in the steady part, `archiveShare`
 *   of a core, `storedTwice` objects
 */
export async function benchWorkers({
  images,
  rounds,
  latencyMs,
  model,
  size = 1024,
  onRun = () => undefined,
}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-bench-'));
  const redis = await startRedis(folder);
  try {
    const phantoms = path.join(folder, 'phantoms');
    const drawn = ['--count', String(images), '--seed', '77', '--size', `${size}x${size}`];
    await run('synth', '--out', phantoms, ...drawn);
    const files = readdirSync(phantoms)
      .filter(name => name.endsWith('.dcm'))
      .map(name => readFileSync(path.join(phantoms, name)));
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      // In turns, and the other way round every other time: a machine that slows down slows both.
      for (const workers of round % 2 === 0 ? [1, 2] : [2, 1]) {
        const measured = await measure(files, workers, { redis: redis.url, latencyMs, model });
        runs.push(measured);
        onRun(measured);
      }
    }
    return runs;
  } finally {
    redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(files, workers, { redis, latencyMs, model }) {
  const archive = await startFakeArchive(files, latencyMs);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  try {
    const options = ['--model', model, '--queue', redis];
    const logs = await Promise.all(
      Array.from({ length: workers }, () => run('pacs', archive.url, ...options)),
    );
    const { user, system } = process.cpuUsage(cpu);
    const share = (user + system) / 1000 / (performance.now() - begin);
    const times = logs.map(log =>
      log
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
        .filter(({ event }) => event === 'explained')
        .map(({ time }) => Date.parse(time)),
    );
    const done = times.flat();
    // A worker that came when all was done has none.
    const steady = Math.max(...times.flatMap(([first]) => first ?? []));
    const counted = done.filter(time => time > steady).length;
    const storedTwice = [...archive.stored.values()].filter(count => count > 1).length;
    const rate = (60_000 * counted) / (Math.max(...done) - steady);
    return { workers, images: done.length, rate, archiveShare: share, storedTwice };
  } finally {
    archive.close();
  }
}

/** Runs the command; gives what it writes to standard output. */
function run(...args) {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code =>
      code === 0 ? resolve(output) : reject(new Error(`explain ${args[0]} ended with ${code}.`)),
    );
  });
}

async function startRedis(folder) {
  const port = await new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn(redisServer, args, { stdio: 'ignore' });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '40' },
      rounds: { type: 'string', default: '3' },
      latency: { type: 'string', default: '0' },
      model: { type: 'string', default: path.join(root, 'models/phantom') },
    },
  });
  const [images, rounds, latencyMs] = [values.images, values.rounds, values.latency].map(Number);
  console.log(
    `${cpus().length} cores, ${latencyMs} ms latency\nworkers  images  images/min  core of archive`,
  );
  const runs = await benchWorkers({
    images,
    rounds,
    latencyMs,
    model: values.model,
    onRun: ({ workers, images: done, rate, archiveShare }) => {
      const cells = [workers, done, rate.toFixed(1), archiveShare.toFixed(2)];
      console.log(cells.map((cell, i) => String(cell).padStart([7, 8, 12, 17][i])).join(''));
    },
  });
  const of = workers => median(runs.filter(each => each.workers === workers).map(({ rate }) => rate));
  console.log(`Two workers explain ${(of(2) / of(1)).toFixed(2)} times as many images as one (medians).`);
}
