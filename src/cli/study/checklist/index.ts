import { gatherFacts, type ChecklistSources } from './facts';
import { checklistItems, checklists, type ChecklistId } from './items';

export { checklists, type ChecklistId } from './items';
export type { ChecklistSources } from './facts';

/** One item, filled as far as card and reports go. */
export interface FilledItem {
  list: ChecklistId;
  number: string;
  topic: string;
  /** `known`: said below; `partly`: something is missing; `gap`: nothing is known; `authors`: no software can know it. */
  status: 'known' | 'partly' | 'gap' | 'authors';
  /** What is known. */
  text: string[];
  /** What is missing. */
  missing: string[];
}

/** In words, what a fact would be and where it comes from; for those that may be unknown. */
const wanted: Readonly<Record<string, string>> = {
  partitions: 'a split manifest in the card',
  counts: 'counts of the splits in the card',
  calibration: 'a calibration in the card',
  initialisation: 'the initial weights in the card’s training record',
  training: 'a training record in the card',
  selection: 'how the final weights were chosen, in the card’s training record',
  metrics: 'an evaluation (--report)',
  uncertainty: 'intervals: an evaluation (--report)',
  performance: 'figures on the test split: an evaluation (--report)',
  subgroups: 'figures of groups: an evaluation (--report)',
  characteristics: 'counts of groups in the card’s figures',
  testSet: 'an evaluation (--report)',
  exclusions: 'an evaluation (--report)',
  cautions: 'an evaluation (--report)',
  explainability: 'a generator or a default method in the card',
  robustness: 'trust checks in the evaluation (--report, explain evaluate --trust)',
  applicabilityCheck: 'an out-of-distribution fit (explain fit-ood)',
  humanUse: 'a reader study (--study)',
};

/** Fills a reporting checklist from what card and reports know, and names what they do not. */
export function fillChecklist(list: ChecklistId, sources: ChecklistSources): FilledItem[] {
  const facts = gatherFacts(sources);
  return checklistItems[list].map(({ number, topic, facts: names, open }) => {
    const text = names.flatMap(name => facts[name] ?? []);
    const missing = [
      ...names.flatMap(name => (facts[name] === undefined ? [wanted[name] ?? name] : [])),
      ...(open === undefined ? [] : [open]),
    ];
    const status =
      names.length === 0 ? 'authors' : text.length === 0 ? 'gap' : missing.length > 0 ? 'partly' : 'known';
    return { list, number, topic, status, text, missing: [...new Set(missing)] };
  });
}

const marks = { known: 'known', partly: 'partly', gap: 'GAP', authors: 'for the authors' } as const;

/** The lists as Markdown tables. */
export function checklistMarkdown(lists: readonly ChecklistId[], sources: ChecklistSources): string {
  const { card } = sources;
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/(?<!\s)\s*\n\s*/g, ' ');
  const parts = lists.map(list => {
    const items = fillChecklist(list, sources);
    const count = (status: FilledItem['status']): number =>
      items.filter(each => each.status === status).length;
    return [
      `## ${checklists[list].title}`,
      '',
      `Source: ${checklists[list].source}. ${items.length} items: ${count('known')} known, ${count('partly')} partly, ${count('gap')} gaps, ${count('authors')} that only the authors can fill.`,
      '',
      '| item | topic | state | what is known | what is missing |',
      '| --- | --- | --- | --- | --- |',
      ...items.map(
        ({ number, topic, status, text, missing }) =>
          `| ${number} | ${topic} | ${marks[status]} | ${cell(text.join(' — '))} | ${cell(missing.join('; '))} |`,
      ),
      '',
    ].join('\n');
  });
  return [
    `# Reporting checklists: ${cell(card.title)} ${card.version}`,
    '',
    'Filled from the model card and the reports given, nothing else. Topics are in our own words and numbers as published; read the items themselves in the source, and check what is said here before it is submitted.',
    '',
    ...parts,
  ].join('\n');
}
