import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { stepsPerEpoch, totalSteps, type TrainingConfig } from './config';
import type { WorkerStart } from './protocol';
import type { LossTerms, ValidationRow } from './task';
import { TrainingTeam } from './team';

/** Figures of one validation, by name. `score` is what the best epoch is chosen by: larger is better. */
export type ValidationFigures = { score: number } & Record<string, number>;

export interface TrainingRun {
  /** Folder of checkpoints and log. */
  folder: string;
  start: Omit<WorkerStart, 'rank'>;
  /** Checkpoints are written after each epoch and at least this often. */
  checkpointMinutes: number;
  /** Which weights are the result: those of the epoch with the best figures, or those at the end. */
  keep: 'best' | 'last';
  figures(rows: ValidationRow[]): ValidationFigures;
  onStep(step: number, steps: number, terms: LossTerms): void;
  onEpoch(epoch: number, figures: ValidationFigures): void;
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
 * @throws Error when the folder holds a checkpoint of other settings, or a worker fails (the checkpoint stays)
 */
export async function train(run: TrainingRun): Promise<TrainingResult> {
  const { config } = run.start;
  await mkdir(run.folder, { recursive: true });
  const saved = await readCheckpoint(run.folder, (file, reason) =>
    run.onNotice(`${file} is left aside: ${reason}.`),
  );
  if (saved && saved.header.config !== JSON.stringify(config)) {
    throw new Error(
      `${run.folder} holds a training with other settings. Name another --work folder, or remove this one to start anew.`,
    );
  }
  const team = await TrainingTeam.start(run.start);
  try {
    const progress = saved ? restore(team, saved, run) : fresh(team);
    await trainToEnd(run, team, progress);
    const { history, best, bestEpoch } = progress;
    return run.keep === 'last'
      ? { team, weights: team.state.average.slice(), history, keptEpoch: history.length }
      : { team, weights: best, history, keptEpoch: bestEpoch };
  } catch (error) {
    // Idle workers would keep the process alive.
    await team.stop();
    throw error;
  }
}

async function trainToEnd(run: TrainingRun, team: TrainingTeam, progress: Progress): Promise<void> {
  const { config } = run.start;
  const steps = totalSteps(config.schedule);
  const perEpoch = stepsPerEpoch(config.schedule);
  let savedAt = Date.now();

  while (progress.step < steps) {
    const epochEnd = (Math.floor(progress.step / perEpoch) + 1) * perEpoch;
    const to = Math.min(epochEnd, progress.step + stepsPerOrder);
    await team.run(progress.step, to, (step, terms) => run.onStep(step, steps, terms));
    progress.step = to;
    if (to === epochEnd) await finishEpoch(run, team, progress);
    if (to === epochEnd || Date.now() - savedAt > run.checkpointMinutes * 60_000) {
      await save(run.folder, config, team, progress);
      savedAt = Date.now();
    }
  }
}

interface Progress {
  step: number;
  history: ValidationFigures[];
  bestEpoch: number;
  best: Float32Array;
}

function fresh(team: TrainingTeam): Progress {
  return { step: 0, history: [], bestEpoch: 0, best: team.state.average.slice() };
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
  };
}

async function finishEpoch(run: TrainingRun, team: TrainingTeam, progress: Progress): Promise<void> {
  const figures = run.figures(await team.validate());
  progress.history.push(figures);
  const epoch = progress.history.length;
  const best = progress.history[progress.bestEpoch - 1];
  if (!best || figures.score >= best.score) {
    progress.bestEpoch = epoch;
    progress.best = team.state.average.slice();
  }
  run.onEpoch(epoch, figures);
  const line = JSON.stringify({ time: new Date().toISOString(), epoch, step: progress.step, ...figures });
  await appendFile(path.join(run.folder, 'log.jsonl'), `${line}\n`);
}

async function save(
  folder: string,
  config: TrainingConfig,
  { state }: TrainingTeam,
  progress: Progress,
): Promise<void> {
  const { parameters, statistics, moment1, moment2, average } = state;
  await writeCheckpoint(folder, {
    header: {
      config: JSON.stringify(config),
      step: progress.step,
      history: progress.history,
      bestEpoch: progress.bestEpoch,
    },
    arrays: { parameters, statistics, moment1, moment2, average, best: progress.best },
  });
}
