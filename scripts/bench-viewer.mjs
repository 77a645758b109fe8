// Measures explanations in the viewer, in Chromium with software WebGL: `node scripts/bench-viewer.mjs [FILE...]` after
// `npm run build`. Without files, two phantoms, of 1024 × 1024 and of 3000 × 2500 pixels.
//   --model ID        default cxr-pneumonia
//   --backends LIST   default wasm
//   --repeats N       warm presses of which medians are told; default 5
//   --folds N         also the mean of so many transforms; default 0: not
//   --checks          ends with 1 where an aim is missed
//
// Of each film three tables, all times in milliseconds:
//   the click   from the press on Explain to the picture with the heat map, its parts as the page's timeline has them
//               (src/extension/store/timeline.ts), and what it is in units of the two networks and the preparation of the same press;
//   the thread  tasks of the page's thread above 50 ms (Long Tasks API) in one press, and in other things that a reader does;
//               "viewer alone": the viewer draws the film again, or makes, shows and removes a segmentation of its own, nothing of this
//               extension changed, which no aim of ours can beat;
//   the tasks   those of three more presses above 50 ms, with Chromium's profiler on (it makes all slower): whose code ran in each, and
//               which functions began it;
//   the start   from the opened study, its film on display, to the first heat map: in a browser that never loaded the model, and in
//               one that keeps it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { longTasks, traced } from './long-tasks.mjs';
import { startSession } from './viewer-session.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'cxr-pneumonia' },
    backends: { type: 'string', default: 'wasm' },
    repeats: { type: 'string', default: '5' },
    folds: { type: 'string', default: '0' },
    checks: { type: 'boolean', default: false },
  },
});
const repeats = Number(options.repeats);
const longest = 50;
const tracedPresses = 3;

/** What is aimed at, by the film's pixels: `click` in units of networks and preparation, the rest milliseconds. */
const aims = pixels =>
  pixels > 2e6 ? { click: 2, preparation: 400, slide: 50 } : { click: 1.25, preparation: 60, slide: 50 };
const firstAim = 5000;

/** Names on the page's timeline, in their order; the heat map is drawn before the pair is scored. */
const stages = ['read', 'send', 'modality values', 'prepare', 'classify', 'generate', 'map to page', 'draw'];
const after = ['score pair', 'finish', 'result to page'];

const data = mkdtempSync(path.join(os.tmpdir(), 'explain-bench-'));
const films = positionals.length > 0 ? copies(positionals) : ['1024x1024', '3000x2500'].map(phantom);
const missed = [];

console.log(
  `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores, ${new Date().toISOString()}; ` +
    `load average before: ${os.loadavg()[0].toFixed(2)} (from the number of cores on, other work disturbs the figures)`,
);
const session = await startSession(['--data', data], { initScript: 'scripts/viewer-probe.js' });
try {
  for (const film of films) {
    for (const backend of options.backends.split(',')) await measure(film, backend);
  }
} finally {
  await session.close();
  rmSync(data, { recursive: true, force: true });
}
if (missed.length > 0) {
  console.log(`\nMissed: ${missed.join('; ')}.`);
  if (options.checks) process.exitCode = 1;
}

/** So that the viewer serves these files alone. */
function copies(files) {
  return files.map((file, index) => {
    const copy = path.join(data, `${index}.dcm`);
    copyFileSync(file, copy);
    return { name: path.basename(file), file: copy };
  });
}

/** With a seed of its own: the same seed gives the same study. */
function phantom(size) {
  const out = path.join(data, size);
  execFileSync(
    process.execPath,
    [
      'bin/explain.js',
      'synth',
      '--out',
      out,
      '--count',
      '1',
      '--size',
      size,
      '--seed',
      size,
      '--photometric',
      'MONOCHROME2',
    ],
    { stdio: 'ignore' },
  );
  const file = readdirSync(out, { recursive: true }).find(name => name.endsWith('.dcm'));
  return { name: `phantom of ${size.replace('x', ' × ')}`, file: path.join(out, file) };
}

/** One film on one backend, in a browser profile of its own. */
async function measure({ name, file }, backend) {
  const context = await session.browser.newContext();
  try {
    const first = await start(context, file, backend);
    const again = await start(context, file, backend);
    await again.page.close();
    const { page } = first;
    const pixels = await page.evaluate(() => {
      const { viewportGridService, cornerstoneViewportService } = globalThis.services;
      const { activeViewportId } = viewportGridService.getState();
      const [columns, rows] = cornerstoneViewportService
        .getCornerstoneViewport(activeViewportId)
        .getImageData().dimensions;
      return columns * rows;
    });
    const aim = aims(pixels);
    const model = await page.locator('[data-cy="explain-model-version"]').getAttribute('data-model');
    const title = `${name}, ${model}, ${backend}`;
    const clicks = [];
    for (let i = 0; i < repeats; i++) clicks.push(await watched(page, 'click'));
    tellClicks(title, clicks, aim);
    const slides = await watched(page, 'slide');
    const redraws = await watched(page, 'redraw');
    const shown = await watched(page, 'counterfactual');
    const events = await traced(session.browser, page, async () => {
      for (let i = 0; i < tracedPresses; i++) await watched(page, 'click');
    });
    const segmentations = await watched(page, 'segmentation');
    tellThread(title, { clicks, slides, redraws, segmentations, shown }, aim);
    tellTasks(title, longTasks(events, { limit: longest, ownerOf }));
    await watched(page, 'click');
    if (Number(options.folds) > 0) await tellAveraged(page, title);
    tellStart(title, first, again);
    await page.close();
  } finally {
    await context.close();
  }
}

async function watched(page, what) {
  return page.evaluate(name => globalThis.explainProbe.watched(name), what);
}

/** Opens the study, chooses the model, and explains the film as soon as it is on display. */
async function start(context, file, backend) {
  const page = await session.open(
    file,
    { width: 1280, height: 800 },
    {
      context,
      explain: { backend, models: [options.model] },
    },
  );
  const { drawn, panel, longTasks } = await watched(page, 'first');
  return { page, drawn, panel, longTasks };
}

function tellClicks(title, clicks, aim) {
  const of = (click, name) => click.stages.find(([stage]) => stage === name)?.[2] ?? 0;
  const networks = clicks.map(click => of(click, 'classify') + of(click, 'generate') + of(click, 'prepare'));
  const ratios = clicks.map((click, i) => click.drawn / networks[i]);
  const ratio = median(ratios);
  const preparation = median(clicks.map(click => of(click, 'prepare')));
  head(`${title}: the click, medians of ${clicks.length}`, ['part', 'ms']);
  for (const name of stages) row([name, ms(median(clicks.map(click => of(click, name))))]);
  row(['**press to picture**', `**${ms(median(clicks.map(({ drawn }) => drawn)))}**`]);
  for (const name of after) row([name, ms(median(clicks.map(click => of(click, name))))]);
  row(['press to the whole answer', ms(median(clicks.map(({ done }) => done)))]);
  row(['press to picture / (classify + generate + prepare)', `${ratio.toFixed(2)} (aim ${aim.click})`]);
  check(ratio <= aim.click, `${title}: click ${ratio.toFixed(2)}`);
  check(preparation <= aim.preparation, `${title}: preparation ${ms(preparation)} ms`);
}

/** Whose script this is: ours, the viewer's, or that of this benchmark. */
function ownerOf(url) {
  if (/\/(ohif-extension-)?explain[\w-]*(\.umd)?\.js$/.test(url)) return 'ours';
  return url.endsWith('viewer-probe.js') ? 'benchmark' : 'viewer';
}

function tellTasks(title, tasks) {
  const owners = ['ours', 'viewer', 'browser', 'collector', 'benchmark'];
  head(`${title}: tasks above ${longest} ms of ${tracedPresses} profiled presses, whose code ran`, [
    'ms',
    ...owners,
    'begun by',
  ]);
  for (const { duration, shares, names } of tasks)
    row([
      ms(duration),
      ...owners.map(owner => ms(shares[owner] ?? 0)),
      names.map(([name, time]) => `${name} ${ms(time)}`).join(', '),
    ]);
}

function tellThread(title, { clicks, slides, redraws, segmentations, shown }, aim) {
  head(`${title}: the page's thread`, ['what', 'time, median', 'longest', `tasks above ${longest} ms`]);
  const tell = (name, times, tasks, isOurs = true) => {
    row([name, ms(median(times)), ms(Math.max(...times)), tasks.map(task => ms(task)).join(', ') || 'none']);
    if (isOurs) check(tasks.length === 0, `${title}: long tasks of ${name}`);
  };
  tell('viewer alone, draws again', redraws.times, redraws.longTasks, false);
  tell('viewer alone, an empty segmentation, 3 times', segmentations.times, segmentations.longTasks, false);
  const pressed = clicks.map(({ drawn }) => drawn);
  tell(
    `press, all ${clicks.length}`,
    pressed,
    clicks.flatMap(({ longTasks }) => longTasks),
  );
  tell('percentile moved, to the preview of the mask', slides.times, slides.longTasks);
  tell('percentile drawn without a rest, to each preview', slides.drawn, []);
  tell('percentile moved, to the labelmap', slides.settled, []);
  tell('x_a shown', shown.times, shown.longTasks);
  for (const times of [slides.times, slides.drawn])
    check(median(times) <= aim.slide, `${title}: percentile moved ${ms(median(times))} ms`);
}

function tellStart(title, first, again) {
  head(`${title}: the start`, ['what', 'to the first heat map', 'loading', 'warm-up', 'long tasks']);
  for (const [name, { drawn, panel, longTasks }] of [
    ['model never loaded', first],
    ['model kept by the browser', again],
  ]) {
    const [load, warmUp] = [panel.load, panel['warm-up']].map(seconds => ms(1000 * seconds));
    row([name, ms(drawn), load, warmUp, longTasks.map(task => ms(task)).join(', ') || 'none']);
    check(drawn <= firstAim, `${title}: first explanation, ${name}, ${ms(drawn)} ms`);
  }
}

async function tellAveraged(page, title) {
  await page.locator('[data-cy="explain-augment"]').setChecked(true);
  await page.locator('[data-cy="explain-augment-count"]').fill(options.folds);
  const runs = [];
  for (let i = 0; i <= repeats; i++) runs.push(await watched(page, 'click'));
  const [, ...warm] = runs;
  head(`${title}: mean of ${options.folds}`, ['what', 'ms']);
  row(['press to picture', ms(median(warm.map(({ drawn }) => drawn)))]);
  await page.locator('[data-cy="explain-augment"]').setChecked(false);
}

function head(title, cells) {
  console.log(`\n${title}\n`);
  row(cells);
  row(cells.map(() => '---'));
}

function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function check(isMet, what) {
  if (!isMet) missed.push(what);
}

function ms(milliseconds) {
  return milliseconds.toFixed(milliseconds < 10 ? 1 : 0);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
