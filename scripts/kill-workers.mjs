// Kills workers of one queue at random and counts what became of the images: none may be lost, none be held twice.
//   node scripts/kill-workers.mjs --redis redis://127.0.0.1:6379 [--images 10000] [--workers 3] [--kills 20] [--seed 1]
// The explanation is a pause and the archive a list in this process, so that the queue is what is tried; Redis must be empty of the queue.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const worker = path.join(root, 'dist/checks/queue-worker.mjs');

/**
 * @param options `images` to queue, `workers` at once, `kills` in all, each after `betweenMs` (least, most) from the one before
 * @returns what the archive holds and what it was offered
 */
export async function killWorkers({
  redis,
  images,
  workers,
  kills,
  seed = 1,
  betweenMs = [3000, 8000],
  explanationMs = 5,
}) {
  await build({
    entryPoints: [path.join(root, 'scripts/queue-worker.ts')],
    outfile: worker,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const archive = await startArchive();
  const random = randomFrom(seed);
  const begin = performance.now();
  const running = new Set();
  const ends = [];
  let killed = 0;
  const start = () => {
    const args = [worker, redis, archive.url, String(images), String(explanationMs)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    running.add(child);
    ends.push(
      new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => {
          running.delete(child);
          if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`A worker ended with ${code}.`));
          else resolve();
        });
      }),
    );
  };
  for (let i = 0; i < workers; i++) start();
  const [least, most] = betweenMs;
  while (killed < kills && running.size > 0) {
    await setTimeout(least + (most - least) * random());
    const victim = [...running][Math.floor(random() * running.size)];
    if (!victim) break;
    victim.kill('SIGKILL');
    killed++;
    start();
  }
  for (let done = 0; done < ends.length; done++) await ends[done];
  archive.close();
  const held = [...archive.offered.values()];
  return {
    images,
    held: held.length,
    lost: images - held.length,
    offeredAgain: held.reduce((sum, times) => sum + times - 1, 0),
    kills: killed,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** An archive that keeps one of each name, and counts how often each was offered. */
async function startArchive() {
  const offered = new Map();
  const server = createServer((request, response) => {
    const name = request.url;
    const times = offered.get(name) ?? 0;
    if (request.method === 'PUT') offered.set(name, times + 1);
    const status = request.method === 'PUT' ? (times === 0 ? 201 : 200) : times > 0 ? 200 : 404;
    response.writeHead(status).end();
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    offered,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      redis: { type: 'string' },
      images: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '3' },
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  });
  if (!values.redis) {
    console.error('Usage: node scripts/kill-workers.mjs --redis redis://127.0.0.1:6379 [--images 10000]');
    process.exit(2);
  }
  const [images, workers, kills, seed] = [values.images, values.workers, values.kills, values.seed].map(
    Number,
  );
  const told = await killWorkers({ redis: values.redis, images, workers, kills, seed });
  console.log(JSON.stringify(told));
  if (told.lost > 0) process.exitCode = 1;
}
