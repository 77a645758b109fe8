import { pickOptions } from '../io/options';
import type { InputSpec } from '../models/card';
import type { ScheduleConfig } from '../training/config';
import { DatasetError } from '../datasets/error';
import { checkFindings, ofFinding, ofSeveral } from '../datasets/findings';
import { checkClasses, isLabelled } from '../datasets/list';
import type { Exam, Listing, SplitExam } from '../datasets/types';
import { splitManifest } from '../datasets/manifest';
import { whyMissing, type ValidationTruth } from '../training/figures';
import type { ValidationFigures } from '../training/trainer';
import type { CxrSourceOptions } from '../training/cxr-source';
import type { AnswerKind } from '../training/answers';
import { validationLabel } from '../training/validation-label';
import { FindingsSource } from '../training/findings-source';
import { PhantomSource } from '../training/phantom-source';
import type { SourceSpec, WorkerStart } from '../training/protocol';
import {
  paperPreset,
  plateauOf,
  type PaperDefaults,
  type scheduleOptions,
  type TrainingOptions,
} from '../training/options';
import { train, type TrainingResult, type TrainingRun } from '../training/trainer';
import type { WithBackend } from './backend-option';
import { isPhantom, openListing } from '../datasets/open-listing';
import { findingCalled, findingNames } from '../phantom';
import { overlay } from './options';
import { Progress, terminal } from './progress';
import { TrainingPageWriter } from './training-page-writer';

/**
 * The schedule that the options ask for, as the card records it.
 *
 * @param schema schedule settings among the options
 * @param given names of the options that were given: `--schedule paper` replaces the defaults of the others
 */
export function scheduleOf(
  schema: ReturnType<typeof scheduleOptions>,
  options: WithBackend<TrainingOptions>,
  given: ReadonlySet<string>,
  paper: PaperDefaults,
): ScheduleConfig {
  const chosen = pickOptions(schema, options);
  if (options.schedule === 'one-cycle') return chosen;
  return { ...overlay(chosen, paperPreset(paper), given), plateau: plateauOf(options) };
}

export interface TrainingData {
  source: SourceSpec;
  /** The same for the same images, labels and splits alone. */
  identity: string;
  truth: ValidationTruth;
  /** For the card. */
  description: string;
  /** Which image was in which split, as text; absent for phantoms. */
  splitManifest?: string;
  counts: Record<string, number>;
  /** Views of the training images, each once, in alphabetical order; `''` where one is not known. */
  views: string[];
}

/** Opens the images a training draws from, and what is known of its validation images. */
export async function openTrainingData(
  options: WithBackend<TrainingOptions>,
  input: InputSpec,
  drawing: Omit<CxrSourceOptions, 'seed'>,
  answers: AnswerKind,
): Promise<TrainingData> {
  if (isPhantom(options.data)) return openPhantoms(options, input, answers);
  const told = answers.kind === 'labels' && !isOfOne(answers) ? answers.names : undefined;
  if (drawing.paintedShare > 0 && (told || answers.kind === 'classes'))
    throw new Error(
      '--painted-share is for opacities of two classes: of several findings or classes a painted image would have no truth.',
    );
  const { format, listing: all, prepare } = await openListing(options.data, options, terminal);
  const listing = listingFor(all, answers);
  checkAnswers(listing, answers);
  const dataset = await prepare(listing.exams, input);
  const { exams, size, planes, bad, splitHash } = dataset;
  // bad files may have been all of a class
  checkAnswers({ ...listing, exams }, answers);
  const task = exams.filter(isLabelled) as (Exam & { label: number })[];
  const validation = task.filter(exam => exam.split === 'val');
  const counts = countsOf(task, told);
  if (bad.length > 0) counts['bad files left out'] = bad.length;
  return {
    source: {
      kind: 'cxr',
      dataset: { exams, size, planes },
      options: { seed: options.seed, ...drawing, ...(told && { findings: told }) },
    },
    identity: splitHash,
    truth: {
      labels: validation.map(exam => exam.label),
      ...(told &&
        ofFindings(
          told.map(name => ({
            name,
            labels: validation.map(({ findings }): 0 | 1 => (findings?.includes(name) ? 1 : 0)),
          })),
          answers,
        )),
      views: validation.map(exam => exam.view),
      patients: validation.map(exam => exam.patient),
    },
    description: format.description,
    splitManifest: splitManifest(exams, format.privateNames, planes.checksums),
    counts,
    views: [...new Set(task.filter(exam => exam.split === 'train').map(exam => exam.view))].sort(),
  };
}

/** Images by split and label, or, of several findings, by each that they have and those that have none of them. */
function countsOf(
  exams: readonly Pick<Exam, 'split' | 'label' | 'findings'>[],
  told: readonly string[] = [],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { split, label, findings } of exams) {
    const own = told.filter(name => findings?.includes(name));
    const names = own.length > 0 ? own : [told.length > 0 ? 'none' : `label ${label}`];
    for (const name of names) counts[`${split} ${name}`] = (counts[`${split} ${name}`] ?? 0) + 1;
  }
  return counts;
}

/** @throws DatasetError where a split lacks images with, or without, what is told apart */
function checkAnswers(
  listing: Parameters<typeof checkClasses>[0] & Parameters<typeof checkFindings>[0],
  answers: AnswerKind,
): void {
  if (answers.kind === 'two' || isOfOne(answers)) checkClasses(listing);
  else checkFindings(listing, answers.names, answers.kind);
}

/** A data folder as a classifier, or a generator for one of its labels, is trained on it. */
function listingFor(listing: Listing<SplitExam>, answers: AnswerKind): Listing<SplitExam> {
  if (answers.kind === 'two') return listing;
  if (answers.kind === 'labels' && answers.trained?.length === 1)
    return ofFinding(listing, answers.names[answers.trained[0]]);
  return ofSeveral(listing, answers.names, answers.kind);
}

/** Of a generator for one of several labels. */
function isOfOne(answers: AnswerKind): boolean {
  return answers.kind === 'labels' && answers.trained?.length === 1;
}

/** What is known of validation images of several findings: of each, or, for a generator, of the one that is meant of each image. */
function ofFindings(
  findings: NonNullable<ValidationTruth['findings']>,
  answers: AnswerKind,
): Pick<ValidationTruth, 'findings' | 'labels' | 'meant'> | Pick<ValidationTruth, 'findings'> {
  const trained = answers.kind === 'labels' ? answers.trained : undefined;
  if (!trained) return { findings };
  const meant = findings[0].labels.map((_, index) => findings[validationLabel(trained, index)]);
  return {
    labels: meant.map(({ labels }, index) => labels[index]),
    ...(trained.length > 1 && { meant: meant.map(({ name }) => name) }),
  };
}

/** Phantoms of one finding; of several where the classifier answers for independent labels. */
function openPhantoms(
  options: WithBackend<TrainingOptions>,
  input: InputSpec,
  answers: AnswerKind,
): TrainingData {
  if (answers.kind === 'classes')
    throw new DatasetError(
      'Phantoms have findings that do not exclude each other: no classes of more than two.',
    );
  if (answers.kind === 'labels') return openFindings(options, input, answers);
  const source = {
    seed: options.seed,
    trainingCount: options.trainingPhantoms,
    validationCount: options.validationPhantoms,
  };
  const phantoms = new PhantomSource(input, source);
  const labels = Array.from({ length: source.validationCount }, (_, i) => phantoms.validation(i).label);
  return {
    source: { kind: 'phantom', input, options: source },
    identity: `phantoms ${JSON.stringify(source)}`,
    truth: { labels, views: labels.map(() => 'PA'), patients: labels.map((_, index) => String(index)) },
    description: 'Chest phantoms drawn by src/phantom',
    counts: { training: source.trainingCount, validation: source.validationCount },
    views: ['PA'],
  };
}

function openFindings(
  options: WithBackend<TrainingOptions>,
  input: InputSpec,
  answers: Extract<AnswerKind, { kind: 'labels' }>,
): TrainingData {
  const { names, trained } = answers;
  // A generator has to do with its own labels alone; a classifier may know many that no phantom has.
  const needed = trained ? trained.map(label => names[label]) : names;
  const unknown = needed.filter(name => findingCalled(name) === undefined);
  if (unknown.length > 0) {
    throw new DatasetError(
      `Phantoms have no finding "${unknown.join('", "')}"; they have ${findingNames.join(', ')}.`,
    );
  }
  const source = {
    seed: options.seed,
    trainingCount: options.trainingPhantoms,
    validationCount: options.validationPhantoms,
    findings: names,
  };
  const phantoms = new FindingsSource(input, source);
  const told = Array.from({ length: source.validationCount }, (_, i) => phantoms.validation(i).findings!);
  const findings = names.map((name, k) => ({ name, labels: told.map(all => all[k].label) }));
  for (const { name, labels } of findings)
    if (needed.includes(name) && new Set(labels).size < 2)
      throw new DatasetError(
        `Of ${labels.length} validation phantoms ${labels[0] ? 'all have' : 'none has'} "${name}": ask for more by --validation-phantoms.`,
      );
  return {
    source: {
      kind: 'phantom-findings',
      input,
      options: { ...source, ...(trained?.length === 1 && { label: trained[0] }) },
    },
    identity: `phantoms ${JSON.stringify(source)}`,
    truth: {
      labels: findings[0].labels,
      ...ofFindings(findings, answers),
      views: told.map(() => 'PA'),
      patients: told.map((_, index) => String(index)),
    },
    description: 'Chest phantoms of several findings drawn by src/phantom',
    counts: { training: source.trainingCount, validation: source.validationCount },
    views: ['PA'],
  };
}

/** Where a training keeps its checkpoints. */
export function workFolder(
  title: string,
  { work, cache, out }: Pick<TrainingOptions, 'work' | 'cache' | 'out'>,
): string {
  return work ?? `${cache}/training/${out.replace(/[^\w-]+/g, '_')}-${title}`;
}

/** Runs a training with progress on the terminal. */
export async function runTraining(
  title: string,
  options: WithBackend<TrainingOptions>,
  start: Omit<WorkerStart, 'rank' | 'workers' | 'backend'>,
  keep: TrainingRun['keep'],
  { truth, identity }: Pick<TrainingData, 'truth' | 'identity'>,
  figures: TrainingRun['figures'],
): Promise<TrainingResult> {
  const { schedule, network } = start.config;
  const work = workFolder(title, options);
  const progress = new Progress(
    title,
    schedule.epochs * Math.floor(schedule.imagesPerEpoch / schedule.batch),
  );
  const page = new TrainingPageWriter(work, `Training of ${title}`, start.config, network.size);
  const begun = performance.now();
  let firstStep: number | undefined;
  const rate = (step: number): string => {
    firstStep ??= step;
    const images = (step + 1 - firstStep) * schedule.batch;
    return `${((1000 * images) / (performance.now() - begun)).toFixed(1)} images/s`;
  };
  const result = await train({
    folder: work,
    dataIdentity: identity,
    panelIndexes: panelIndexes(truth),
    checkpointMinutes: options.checkpointMinutes,
    keep,
    start: { ...start, workers: options.workers, backend: options.backend },
    figures,
    onStep: (step, _steps, terms) => progress.update(step + 1, `${numbers(terms)}  ${rate(step)}`),
    onEpoch: async report => {
      const missing = whyMissing(report.figures).map(reason => `  (${reason})`);
      progress.line(
        `epoch ${report.epoch}/${schedule.epochs}  ${numbers(named(report.figures))}${missing.join('')}`,
      );
      await page.write(report);
    },
    onNotice: text => progress.line(text),
  });
  progress.stop();
  return result;
}

/** Eight validation images of which the training page shows pictures: four of each class where there are as many. */
function panelIndexes({ labels }: ValidationTruth): number[] {
  const of = (wanted: number): number[] =>
    labels.flatMap((label, index) => (label === wanted ? [index] : [])).slice(0, 4);
  return [...of(1), ...of(0)];
}

/** Figures by the names that docs/training.md explains: what the best epoch is chosen by is no classifier's score. */
function named({ score, ...figures }: ValidationFigures): Record<string, number> {
  return { epochScore: score, ...figures };
}

function numbers(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${Number.isNaN(value) ? '–' : value.toPrecision(4)}`)
    .join('  ');
}
