import type { ModelCard } from '../models/card';
import type { JudgeResults } from './judge/judge-results';
import type { EvaluationPlan } from './measure/evaluate-case';
import type { EvaluateOptions } from './options';
import type { CaseRecord } from './records';
import type { EvaluationSet } from './set/set';
import type { SummaryOptions } from './statistics/estimate';
import type { TrustResults } from './trust/trust-file-schema';

/** Everything that an evaluation ended with. */
export interface Evaluation {
  options: EvaluateOptions;
  card: ModelCard;
  set: EvaluationSet;
  /** Hash of its pixels and truths. */
  content: string;
  plan: EvaluationPlan;
  /** In the order of the set. */
  records: readonly CaseRecord[];
  /** Operating point of the classifier, resamples and seed. */
  summary: SummaryOptions;
  judge?: JudgeResults;
  trust?: TrustResults;
}
