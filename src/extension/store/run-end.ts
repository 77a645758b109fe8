import { endsWorker, failureOf } from '../failure';
import type { Run } from './explanations';
import type { Parts } from './parts';

/** A run ended without a result: a cancelled one leaves what was there before, a failed one says why. */
export function endRun({ keeper }: Pick<Parts, 'keeper'>, run: Run, error: unknown): void {
  if (!run.isCurrent()) return;
  const failed = failureOf(error);
  if (failed.code === 'cancelled') return run.giveUp();
  if (endsWorker(failed.code)) keeper.failed(error);
  run.move({ phase: 'failed', ...failed });
}
