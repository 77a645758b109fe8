import type { Answer } from '../../study/answers';
import type { StudyPlan } from '../../study/plan';
import { progressOf, type Progress } from '../../study/progress';

/** What the page for the coordinator shows. */
interface Dashboard {
  plan: StudyPlan;
  answers: readonly Answer[];
  /** Lines of the file of answers that hold none. */
  damaged: number;
  /** Also what was answered: whoever sees that is no longer blind. */
  showAnswers: boolean;
  now: Date;
}

/** Seconds after which the page is loaded again. */
const refreshSeconds = 20;

/** The page: text and tables alone, without script. */
export function dashboardPage({ plan, answers, damaged, showAnswers, now }: Dashboard): string {
  const all = progressOf(plan, answers);
  const [answered, of] = [total(all, 'answered'), total(all, 'of')];
  const known = new Set(plan.readers);
  const strangers = answers.filter(({ reader }) => !known.has(reader)).length;
  const notes = [
    ...(damaged > 0
      ? [`${damaged} lines of the file of answers are damaged; they stay there, uncounted.`]
      : []),
    ...(strangers > 0 ? [`${strangers} answers are of readers whom the study file does not name.`] : []),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>${escape(plan.title)}: ${answered} of ${of} answers</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 2rem; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid #8c959f; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; } }
</style>
</head>
<body>
<main>
<h1>${escape(plan.title)}</h1>
<p>${answered} of ${of} answers (${percent(answered, of)}), practice cases left out. ${escape(designText(plan))}
As of ${escape(minute(now.toISOString()))}; loaded again every ${refreshSeconds} seconds.</p>
${notes.map(note => `<p role="note">${escape(note)}</p>`).join('\n')}
${progressTable(all)}
${missingTable(all)}
${showAnswers ? answersTable(plan, answers) : '<p>What was answered is not shown here, so that whoever looks stays blind.</p>'}
</main>
</body>
</html>
`;
}

function progressTable(all: readonly Progress[]): string {
  const rows = all.map(each => [
    head(each.reader),
    cell(each.arm),
    number(`${each.answered} of ${each.of}`),
    number(percent(each.answered, each.of)),
    number(each.medianSeconds === undefined ? '–' : each.medianSeconds.toFixed(1)),
    number((each.pausedSeconds / 60).toFixed(1)),
    number(String(each.aidFailed)),
    cell(each.lastAnsweredAt === undefined ? '–' : minute(each.lastAnsweredAt)),
  ]);
  return table(
    'Progress and times',
    [
      'Reader',
      'Arm',
      '#Answered',
      '#Share',
      '#Median time (s)',
      '#Pauses (min)',
      '#Without its aid',
      'Last answer',
    ],
    rows,
  );
}

function missingTable(all: readonly Progress[]): string {
  const rows = all
    .filter(({ missing }) => missing.length > 0)
    .map(({ reader, arm, missing }) => [head(reader), cell(arm), cell(missing.join(', '))]);
  return rows.length === 0
    ? '<p>Nothing is missing: all readings are answered.</p>'
    : table('Missing', ['Reader', 'Arm', 'Cases without an answer, by name'], rows);
}

function answersTable(plan: StudyPlan, answers: readonly Answer[]): string {
  const rows = answers
    .filter(({ practice }) => !practice)
    .map(({ reader, arm, case: id, rating, confidence, boxes, seconds, answeredAt }) => [
      head(reader),
      cell(arm),
      cell(id),
      number(String(rating)),
      ...(plan.confidence ? [number(String(confidence ?? '–'))] : []),
      number(String(boxes.length)),
      number(seconds.toFixed(1)),
      cell(minute(answeredAt)),
    ]);
  const confidence = plan.confidence ? ['#Confidence'] : [];
  return table(
    'Answers (unblinds)',
    ['Reader', 'Arm', 'Case', '#Rating', ...confidence, '#Boxes', '#Time (s)', 'Answered'],
    rows,
  );
}

/** @param heads a name that begins with # is of a column of numbers */
function table(caption: string, heads: readonly string[], rows: readonly string[][]): string {
  const titles = heads.map(name =>
    name.startsWith('#')
      ? `<th scope="col" class="n">${escape(name.slice(1))}</th>`
      : `<th scope="col">${escape(name)}</th>`,
  );
  return `<table>
<caption>${escape(caption)}</caption>
<thead><tr>${titles.join('')}</tr></thead>
<tbody>
${rows.map(row => `<tr>${row.join('')}</tr>`).join('\n')}
</tbody>
</table>`;
}

function head(text: string): string {
  return `<th scope="row">${escape(text)}</th>`;
}

function cell(text: string): string {
  return `<td>${escape(text)}</td>`;
}

function number(text: string): string {
  return `<td class="n">${escape(text)}</td>`;
}

function designText({ design, arms }: StudyPlan): string {
  const names = arms.map(({ id }) => id).join(', ');
  return design.kind === 'crossover'
    ? `Crossover of ${names}, ${design.sessions} sessions, ${design.washoutDays} days apart.`
    : `Design ${design.kind}: ${names}.`;
}

function total(all: readonly Progress[], of: 'answered' | 'of'): number {
  return all.reduce((sum, each) => sum + each[of], 0);
}

function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`;
}

/** 2026-01-01T12:00:00Z → "2026-01-01 12:00 UTC". */
function minute(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}
