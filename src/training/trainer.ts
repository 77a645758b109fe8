import path from 'node:path';
import { withLock, type LockHolder } from '../io/lock';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { stepsPerEpoch, totalSteps, type ScheduleConfig } from './config';
import { TrainingLog } from './log';
import type { WorkerStart } from './protocol';
import { oneCycle, plateauRate } from './schedule';
import type { LossTerms, Panel, ValidationRow } from './task';
import { TrainingTeam } from './team';

/** Figures of one validation, by name. `score` is what the best epoch is chosen by: larger is better. */
export type ValidationFigures = { score: number } & Record<string, number>;

/** What is known of a finished epoch. */
export interface EpochReport {
  /** 1-based. */
  epoch: number;
  /** Validation figures, the mean training loss (`trainingLoss`) and its terms (`training …`) over the epoch's steps. */
  figures: ValidationFigures;
  panels: Panel[];
  /** Figures of all epochs so far. */
  history: readonly ValidationFigures[];
}

export interface TrainingRun {
  /** Folder of checkpoints and log. */
  folder: string;
  start: Omit<WorkerStart, 'rank'>;
  /** Text that is the same for the same images, labels and splits alone. */
  dataIdentity: string;
  /** Checkpoints are written after each epoch and at least this often. */
  checkpointMinutes: number;
  /** Which weights are the result: those of the epoch with the best figures, or those at the end. */
  keep: 'best' | 'last';
  /** Validation images of which pictures are made after each epoch. */
  panelIndexes: readonly number[];
  figures(rows: ValidationRow[]): ValidationFigures;
  onStep(step: number, steps: number, terms: LossTerms): void;
  onEpoch(report: EpochReport): Promise<void>;
  onNotice(text: string): void;
}

export interface TrainingResult {
  team: TrainingTeam;
  /** Parameters, then statistics, of the epoch that is kept. */
  weights: Float32Array;
  history: ValidationFigures[];
  /** 1-based. */
  keptEpoch: number;
}

/** Steps between two looks at the clock. */
const stepsPerOrder = 10;

/**
 * Trains to the end, from the last whole checkpoint of the folder if there is one. The state is a function of seed,
 * settings, backend and number of workers, so an interrupted run ends with the same weights as one that was not.
 *
 * @returns the team, still running, to export or validate with; the caller stops it
 * @throws Error when another training writes to the folder, or it holds a checkpoint of other settings, the disk is full, or a
 * worker fails (the checkpoint stays)
 */
export function train(run: TrainingRun): Promise<TrainingResult> {
  return withLock(
    path.join(run.folder, '.training.lock'),
    holder => {
      throw new Error(takenText(run.folder, holder));
    },
    () => trainAlone(run),
  );
}

/** A killed training of another machine or container is not known to be gone before its lock has been silent for a minute. */
function takenText(folder: string, holder: LockHolder | undefined): string {
  const who = holder === undefined ? 'Another training' : `Process ${holder.process} on ${holder.host}`;
  const then =
    holder?.isSeen !== false ? 'Wait for its end' : 'Wait for its end (or for a minute, where it was killed)';
  return `${who} is training in ${folder}. ${then}, or name another --work folder.`;
}

async function trainAlone(run: TrainingRun): Promise<TrainingResult> {
  const { config, workers, backend } = run.start;
  const log = new TrainingLog(run.folder);
  const saved = await readCheckpoint(run.folder, (file, reason) =>
    run.onNotice(`${file} is left aside: ${reason}.`),
  );
  if (saved && saved.header.config !== JSON.stringify(config)) {
    throw new Error(
      `${run.folder} holds a training with other settings. Name another --work folder, or remove this one to start anew.`,
    );
  }
  if (saved && saved.header.data !== run.dataIdentity) {
    throw new Error(
      `${run.folder} holds a training on other data: other images, labels or splits. Name another --work folder, or ` +
        'remove this one to start anew.',
    );
  }
  const team = await TrainingTeam.start(run.start);
  try {
    const progress = saved ? restore(team, saved, run) : fresh(team);
    await log.write('start', { step: progress.step, workers, backend, config });
    await trainToEnd(run, team, progress, log);
    const { history, best, bestEpoch } = progress;
    await log.write('end', { step: progress.step, bestEpoch });
    return run.keep === 'last'
      ? { team, weights: team.state.average.slice(), history, keptEpoch: history.length }
      : { team, weights: best, history, keptEpoch: bestEpoch };
  } catch (error) {
    // Idle workers would keep the process alive.
    await team.stop();
    // A full disk takes no more lines either; the error itself is what counts.
    await log.write('failed', { message: (error as Error).message }).catch(() => undefined);
    throw error;
  }
}

async function trainToEnd(
  run: TrainingRun,
  team: TrainingTeam,
  progress: Progress,
  log: TrainingLog,
): Promise<void> {
  const { config } = run.start;
  const { schedule } = config;
  const steps = totalSteps(schedule);
  const perEpoch = stepsPerEpoch(schedule);
  let savedAt = performance.now();

  while (progress.step < steps && !stopsEarly(progress, schedule)) {
    const from = progress.step;
    const epochEnd = (Math.floor(from / perEpoch) + 1) * perEpoch;
    const to = Math.min(epochEnd, from + stepsPerOrder);
    const begun = performance.now();
    const plateau = plateauRateOf(progress.history, schedule);
    const terms = await team.run(from, to, plateau, (step, current) => run.onStep(step, steps, current));
    progress.step = to;
    addTerms(progress, terms, to - from);
    const imagesPerSecond = (1000 * (to - from) * schedule.batch) / (performance.now() - begun);
    const learningRate = plateau ?? oneCycle(to - 1, steps, schedule.learningRate);
    await log.write('steps', { step: to, learningRate, imagesPerSecond, ...terms });
    if (to === epochEnd) await finishEpoch(run, team, progress, log);
    if (to === epochEnd || performance.now() - savedAt > run.checkpointMinutes * 60_000) {
      await save(run, team, progress);
      savedAt = performance.now();
    }
  }
}

/** The learning rate of the paper's schedule; undefined where the one-cycle schedule is used. */
function plateauRateOf(
  history: readonly ValidationFigures[],
  { plateau, learningRate }: ScheduleConfig,
): number | undefined {
  const losses = history.map(figures => figures.trainingLoss);
  return plateau && plateauRate(losses, learningRate, plateau);
}

function stopsEarly({ history, bestEpoch }: Progress, { plateau }: ScheduleConfig): boolean {
  return plateau !== undefined && history.length - bestEpoch >= plateau.stopAfter;
}

interface Progress {
  step: number;
  history: ValidationFigures[];
  bestEpoch: number;
  best: Float32Array;
  /** Mean loss terms of the present epoch's steps so far, and their number. */
  epochTerms: LossTerms;
  epochSteps: number;
}

function fresh(team: TrainingTeam): Progress {
  return {
    step: 0,
    history: [],
    bestEpoch: 0,
    best: team.state.average.slice(),
    epochTerms: { loss: 0 },
    epochSteps: 0,
  };
}

function restore(team: TrainingTeam, { header, arrays }: Checkpoint, run: TrainingRun): Progress {
  const { state } = team;
  state.parameters.set(arrays.parameters);
  state.statistics.set(arrays.statistics);
  state.moment1.set(arrays.moment1);
  state.moment2.set(arrays.moment2);
  state.average.set(arrays.average);
  run.onNotice(`Going on from step ${header.step} of ${totalSteps(run.start.config.schedule)}.`);
  return {
    step: header.step,
    history: header.history as ValidationFigures[],
    bestEpoch: header.bestEpoch,
    best: arrays.best,
    epochTerms: header.epochTerms as LossTerms,
    epochSteps: header.epochSteps,
  };
}

function addTerms(progress: Progress, terms: LossTerms, steps: number): void {
  const share = steps / (progress.epochSteps + steps);
  for (const [name, value] of Object.entries(terms)) {
    const before = progress.epochTerms[name] ?? 0;
    progress.epochTerms[name] = before + share * (value - before);
  }
  progress.epochSteps += steps;
}

async function finishEpoch(
  run: TrainingRun,
  team: TrainingTeam,
  progress: Progress,
  log: TrainingLog,
): Promise<void> {
  const terms = progress.epochTerms;
  const { loss, ...parts } = terms;
  const named = Object.entries(parts).map(([name, value]) => [`training ${name}`, value]);
  const figures = {
    ...run.figures(await team.validate()),
    trainingLoss: loss,
    ...Object.fromEntries(named),
  } as ValidationFigures;
  progress.epochTerms = { loss: 0 };
  progress.epochSteps = 0;
  progress.history.push(figures);
  const epoch = progress.history.length;
  const best = progress.history[progress.bestEpoch - 1];
  if (!best || figures.score >= best.score) {
    progress.bestEpoch = epoch;
    progress.best = team.state.average.slice();
  }
  const panels = run.panelIndexes.length > 0 ? await team.panels(run.panelIndexes) : [];
  await run.onEpoch({ epoch, figures, panels, history: progress.history });
  await log.write('epoch', { epoch, step: progress.step, ...figures });
}

async function save(
  { folder, start: { config }, dataIdentity }: TrainingRun,
  { state }: TrainingTeam,
  progress: Progress,
): Promise<void> {
  const { parameters, statistics, moment1, moment2, average } = state;
  const { step, history, bestEpoch, best, epochTerms, epochSteps } = progress;
  await writeCheckpoint(folder, {
    header: {
      config: JSON.stringify(config),
      data: dataIdentity,
      step,
      history,
      bestEpoch,
      epochTerms,
      epochSteps,
    },
    arrays: { parameters, statistics, moment1, moment2, average, best },
  }).catch((error: NodeJS.ErrnoException) => {
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(error.code ?? '');
    throw new Error(
      full
        ? `There is no room for the checkpoint of step ${step} in ${folder}. The one before it is kept: free some space ` +
            'and give the same command again.'
        : `The checkpoint of step ${step} cannot be written: ${error.message}. The one before it is kept.`,
    );
  });
}
