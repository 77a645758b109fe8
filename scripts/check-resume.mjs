// Shows that a training is a function of its settings alone: trains a small phantom classifier and a generator through it
// once in one go, once again, and once killed without warning several times, and compares loss curves and weights.
// Usage: npm run build && node scripts/check-resume.mjs [kills]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const kills = Number(process.argv[2] ?? 4);
const folder = mkdtempSync(path.join(tmpdir(), 'check-resume-'));
const results = {};
try {
  for (const name of ['whole', 'again', 'killed'])
    results[name] = await train(name, name === 'killed' ? kills : 0);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log('\nmean training loss of ten steps each');
console.log(['step', ...Object.keys(results)].map(text => text.padStart(10)).join(''));
for (const [step] of results.whole.curve) {
  const losses = Object.values(results).map(({ curve }) => curve.get(step).toFixed(6));
  console.log([String(step), ...losses].map(text => text.padStart(10)).join(''));
}
for (const [name, { classifier, generator, killed }] of Object.entries(results)) {
  console.log(
    `${name}: killed ${killed} times, classifier ${classifier.slice(0, 16)}, generator ${generator.slice(0, 16)}`,
  );
}
const [first, ...others] = Object.values(results);
const equal = others.every(
  other => other.classifier === first.classifier && other.generator === first.generator,
);
console.log(equal ? 'All weights are the same, to the bit.' : 'The weights DIFFER.');
process.exitCode = equal ? 0 : 1;

async function train(name, times) {
  const out = path.join(folder, name);
  const common = [
    '--data',
    'phantom',
    '--training-phantoms',
    '200',
    '--validation-phantoms',
    '40',
    '--out',
    out,
  ];
  const fixed = [
    '--seed',
    '5',
    '--workers',
    '2',
    '--checkpoint-minutes',
    '0',
    '--epochs',
    '2',
    '--images-per-epoch',
    '640',
  ];
  const fast = ['--average-decay', '0.8', '--learning-rate', '0.002'];
  const work = { classifier: `${out}-classifier`, generator: `${out}-generator` };
  const about = path.join(root, 'models/phantom/about.json');
  let killed = 0;
  killed += await toTheEnd(
    [
      'classifier',
      ...common,
      ...fixed,
      ...fast,
      '--work',
      work.classifier,
      '--about',
      about,
      '--size',
      '64',
      '--width',
      '8',
    ],
    times,
  );
  killed += await toTheEnd(
    [
      'generator',
      ...common,
      ...fixed,
      ...fast,
      '--work',
      work.generator,
      '--width',
      '8',
      '--levels',
      '3',
      '--kind',
      'single2',
    ],
    times,
  );
  return {
    killed,
    curve: lossCurve(path.join(work.generator, 'log.jsonl')),
    classifier: hash(path.join(out, 'classifier/weights.bin')),
    generator: hash(path.join(out, 'generators/single2/weights.bin')),
  };
}

/** Runs the command until it ends by itself, killing it `times` times a while after it has begun to train. */
async function toTheEnd(args, times) {
  let killed = 0;
  for (;;) {
    const last = path.join(args[args.indexOf('--work') + 1], 'last.ckpt');
    const child = spawn(process.execPath, [path.join(root, 'bin/explain.js'), 'train', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', data => (errors += data));
    const before = existsSync(last) ? readFileSync(last).subarray(0, 90).toString('latin1') : '';
    const timer =
      killed < times &&
      setInterval(() => {
        const now = existsSync(last) ? readFileSync(last).subarray(0, 90).toString('latin1') : '';
        if (now !== before) child.kill('SIGKILL');
      }, 150);
    const code = await new Promise(resolve => child.on('close', resolve));
    clearInterval(timer);
    if (code === 0) return killed;
    if (code !== null) throw new Error(errors);
    killed += 1;
  }
}

/** Loss by step; a step that was done twice, before and after a kill, counts as it was done last. */
function lossCurve(file) {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const steps = lines.filter(line => line.event === 'steps').map(({ step, loss }) => [step, loss]);
  return new Map([...new Map(steps)].sort(([a], [b]) => a - b));
}

function hash(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
