// A whole reader study in the browser, with readers whose effect is known: phantoms, study file, viewer, readers, collection,
// analysis. node scripts/simulate-study.mjs [--readers 6] [--cases 50] [--clicks 1] [--seed 2] [--minutes 8] [--out folder]
// What each reader answers is drawn by `explain study simulate`. The first `--clicks` readers press the form's own buttons; the
// others call what those buttons call. With --minutes no reader begins after so many, and the same command with the same --out
// goes on. Needs Chromium (CHROMIUM_PATH) and a built tree. Exit code 1 when an answer does not come back as it was given, or
// the analysis' intervals do not hold what was drawn (by design that is so for one seed in twenty or so; the same seed always
// draws the same).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { parse } from 'csv-parse/sync';
import dicomParser from 'dicom-parser';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const command = path.join(root, 'bin', 'explain.js');
const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '6' },
    cases: { type: 'string', default: '50' },
    clicks: { type: 'string', default: '1' },
    seed: { type: 'string', default: '2' },
    minutes: { type: 'string', default: 'Infinity' },
    out: { type: 'string', default: mkdtempSync(path.join(tmpdir(), 'explain-simulated-')) },
  },
});
const [cases, clicks, minutes] = [values.cases, values.clicks, values.minutes].map(Number);
const practice = 1;
const at = (...names) => path.join(values.out, ...names);

if (!existsSync(at('study', 'study.json'))) await makeStudy();
const plan = JSON.parse(readFileSync(at('study', 'study.json'), 'utf8'));
const truthOf = phantomTruths();
const real = plan.cases.filter(each => !each.practice);
const diseased = real.filter(each => truthOf.get(each.studyInstanceUid) === 1);
const healthy = real.filter(each => truthOf.get(each.studyInstanceUid) === 0);
const share = String(diseased.length / real.length);
await explain(
  'study',
  'simulate',
  '--readers',
  values.readers,
  '--cases',
  String(real.length),
  '--prevalence',
  share,
  '--seed',
  values.seed,
  '--out',
  at('simulated'),
);
const effects = JSON.parse(readFileSync(at('simulated', 'effects.json'), 'utf8'));
// The simulated cases are c001, c002, …, the diseased first.
const simulated = table(at('simulated', 'ratings.csv'));
const names = [...new Set(simulated.map(row => row.case))];
const caseOf = new Map([...diseased, ...healthy].map((each, i) => [names[i], each.id]));
const answers = {};
for (const { reader, arm, case: id, rating, confidence } of simulated) {
  (answers[reader] ??= {})[`${arm}/${caseOf.get(id)}`] = {
    rating: Number(rating),
    confidence: Number(confidence),
  };
}
const models = new Map(simulated.map(row => [caseOf.get(row.case), row.model]));
writeFileSync(
  at('truth.csv'),
  [
    'case,truth,model',
    ...real.map(({ id, studyInstanceUid }) => `${id},${truthOf.get(studyInstanceUid)},${models.get(id)}`),
    '',
  ].join('\n'),
);

const server = await startServer();
const { readers: keys } = JSON.parse(readFileSync(at('study', 'keys.json'), 'utf8'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const started = Date.now();
try {
  for (const [i, reader] of plan.readers.entries()) {
    if (Date.now() - started > minutes * 60_000) {
      console.log(`Stopped before ${reader}: the same command with --out ${values.out} goes on.`);
      process.exitCode = 2;
      break;
    }
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`${server.address}study/read/${reader}?key=${keys[reader]}`, { waitUntil: 'commit' });
    await (i < clicks ? readByClicks(page, answers[reader]) : readByCalls(page, answers[reader]));
    console.log(
      `${reader}: all read ${i < clicks ? 'by clicks' : 'by calls'} after ${Math.round((Date.now() - started) / 1000)} s`,
    );
    await context.close();
  }
} finally {
  await browser.close();
  server.child.kill('SIGINT');
}

if (process.exitCode === 2) process.exit();
await explain(
  'study',
  'collect',
  at('study', 'study.json'),
  at('study', 'answers.jsonl'),
  '--truth',
  at('truth.csv'),
  '--out',
  at('collected'),
);
await explain(
  'study',
  'analyse',
  at('collected', 'ratings.csv'),
  '--reference',
  'unaided',
  '--out',
  at('result'),
);
compare();
checkEffects();

/** Phantoms, and a study file of them. */
async function makeStudy() {
  await explain(
    'synth',
    '--out',
    at('films'),
    '--count',
    String(cases + practice),
    '--size',
    '256',
    '--seed',
    'study',
    '--positives',
    '0.5',
  );
  await explain(
    'study',
    'make',
    '--data',
    at('films'),
    '--readers',
    values.readers,
    '--practice',
    String(practice),
    '--washout',
    '0',
    '--method',
    'similar-adversarial',
    '--out',
    at('study'),
  );
}

/** What was collected must be what was drawn, to the last answer, and the effect be found. */
function compare() {
  const key = (row, id) =>
    `${row.reader}/${row.arm}/${id} ${row.truth} ${row.rating} ${row.confidence} ${row.model}`;
  const drawn = simulated.map(row => key(row, caseOf.get(row.case))).sort();
  const collected = table(at('collected', 'ratings.csv'))
    .map(row => key(row, row.case))
    .sort();
  const wrong = drawn.filter((row, i) => row !== collected[i]);
  if (wrong.length > 0 || drawn.length !== collected.length) {
    throw new Error(
      `${wrong.length} of ${drawn.length} answers did not come back as they were given, e.g. ${wrong[0]}`,
    );
  }
  console.log(`\nAll ${drawn.length} answers came back as they were given. Everything is in ${values.out}.`);
}

/** The intervals of the analysis (random readers and cases) must hold the effects that the answers were drawn with. */
function checkEffects() {
  const { auc, confidence } = JSON.parse(readFileSync(at('result', 'analysis.json'), 'utf8'));
  const { areaDifference, confidenceGain } = effects;
  const gains = { 'true positive': confidenceGain, 'false positive': confidenceGain, 'true negative': 0 };
  const known = [
    ['area under the ROC curve', areaDifference, auc],
    ...Object.entries(gains).map(([answer, gain]) => [
      `confidence, model ${answer}`,
      gain,
      confidence.groups.find(({ group }) => group === `model ${answer}`)?.mrmc,
    ]),
  ].filter(([, , found]) => found);
  console.log('\n| aided − unaided | drawn with | found | 95 % interval | holds it |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const [name, drawn, { analyses }] of known) {
    const { value, low, high } = analyses.find(({ id }) => id === 'random-readers-random-cases')
      .differences[0];
    // A figure that does not vary at all has no interval.
    const holds = low === null ? value === drawn : low <= drawn && drawn <= high;
    if (!holds) process.exitCode = 1;
    const digits = drawn !== 0 && drawn < 1 ? 3 : 1;
    const [of, found, from, to] = [drawn, value, low, high].map(each => each?.toFixed(digits) ?? '–');
    console.log(`| ${name} | ${of} | ${found} | ${from} to ${to} | ${holds ? 'yes' : 'NO'} |`);
  }
}

/** Reads every case by pressing the form's own buttons. */
async function readByClicks(page, own) {
  const part = name => page.locator(`[data-cy="explain-study-${name}"]`);
  const phase = () =>
    page.waitForFunction(() => {
      const cover = document.querySelector('[data-cy="explain-study-cover"]')?.getAttribute('data-phase');
      return ['ready', 'reading', 'done', 'failed'].includes(cover) && cover;
    });
  let last;
  for (;;) {
    const name = await (await phase()).jsonValue();
    if (name === 'done') return sent(page);
    if (name === 'failed') throw new Error(await part('failure').innerText());
    if (name === 'ready') {
      await part('begin').click();
      await part('panel').and(page.locator('[data-phase="reading"]')).waitFor();
      continue;
    }
    const step = await current(page);
    if (step === last) continue;
    last = step;
    const { rating, confidence } = own[step] ?? { rating: 50, confidence: 50 };
    await part('rating-number').fill(String(rating));
    await part('confidence-number').fill(String(confidence));
    await part('submit').click();
    await page.waitForFunction(before => {
      const state = window.commandsManager.runCommand('explainStudyService').getState();
      const { phase } = state;
      return phase.kind !== 'saving' && (phase.kind !== 'reading' || phase.step.reading.key !== before);
    }, step);
  }
}

/** Reads every case by what the form's buttons call. */
async function readByCalls(page, own) {
  await page.waitForFunction(
    () => window.commandsManager?.runCommand?.('explainStudyService')?.getState().phase.kind === 'ready',
  );
  await page.evaluate(async answers => {
    const service = window.commandsManager.runCommand('explainStudyService');
    for (;;) {
      const { phase } = service.getState();
      if (phase.kind === 'done') return;
      if (phase.kind === 'failed') throw new Error(phase.message);
      if (phase.kind === 'ready') await service.begin();
      else if (phase.kind === 'reading') {
        service.setDraft(answers[phase.step.reading.key] ?? { rating: 50, confidence: 50 });
        await service.submit();
      } else await new Promise(resolve => setTimeout(resolve, 20));
    }
  }, own);
  await sent(page);
}

/** Key of the reading on display. */
function current(page) {
  return page.evaluate(
    () => window.commandsManager.runCommand('explainStudyService').getState().phase.step?.reading.key,
  );
}

/** Waits until every answer is acknowledged. */
async function sent(page) {
  await page.waitForFunction(() => {
    const { waiting, refused } = window.commandsManager.runCommand('explainStudyService').getState().delivery;
    if (refused > 0) throw new Error(`${refused} answers were refused.`);
    return waiting === 0;
  });
}

/** Truth of each phantom by its study: `explain synth` writes a table of labels beside the films. */
function phantomTruths() {
  return new Map(
    table(at('films', 'labels.csv')).map(({ file, label }) => {
      const film = dicomParser.parseDicom(readFileSync(at('films', file)), { untilTag: 'x00200010' });
      return [film.string('x0020000d'), Number(label)];
    }),
  );
}

function table(file) {
  return parse(readFileSync(file, 'utf8'), { columns: true });
}

function startServer() {
  const child = spawn(
    process.execPath,
    [
      command,
      'viewer',
      '--port',
      '0',
      '--data',
      at('films'),
      '--store',
      at('stored'),
      '--study',
      at('study'),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', chunk => {
      output += chunk;
      const address = /^OHIF .*: (https?:\S+)$/m.exec(output)?.[1];
      if (address) resolve({ child, address });
    });
    child.on('exit', code => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
}

function explain(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' });
    child.on('exit', code =>
      code === 0 ? resolve() : reject(new Error(`explain ${args.slice(0, 2).join(' ')} ended with ${code}.`)),
    );
  });
}
