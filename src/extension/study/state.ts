import type { Answer, Lack } from '../../study/answers';
import type { DeliveryState } from '../../study/delivery';
import type { NextStep } from '../../study/next-step';
import type { StudyPlan } from '../../study/plan';
import type { StudyFailure } from './failure';

export type ReadStep = Extract<NextStep, { kind: 'read' }>;

/** A box of the reader's, as drawn with the viewer's tool, and how sure the reader is of it. */
interface DraftBox {
  uid: string;
  x: number;
  y: number;
  width: number;
  height: number;
  confidence?: number;
}

/** What the reader has said so far of the case on display. */
export interface ReaderDraft {
  rating?: number;
  confidence?: number;
  boxes: readonly DraftBox[];
}

type StudyPhase =
  | { kind: 'loading' }
  /** Study mode cannot run, or the case cannot be shown. */
  | { kind: 'failed'; message: string; said?: Pick<StudyFailure, 'key' | 'values'> }
  /** The reader's code is asked for. */
  | { kind: 'asking'; refused?: string }
  /** The film is covered until the reader begins, or goes on. */
  | { kind: 'ready'; step: ReadStep }
  | { kind: 'waiting'; opens: Date; session: number }
  /** The film, or the aid, is being made ready; the film is covered but for a second reading of the same case. */
  | { kind: 'opening'; step: ReadStep; what: 'film' | 'aid'; covered: boolean }
  | { kind: 'reading'; step: ReadStep; paused: boolean }
  | { kind: 'saving'; step: ReadStep }
  | { kind: 'done' };

/** What the reader is shown as the arm's name, and what the aid came to. */
interface ShownArm {
  label: string;
  /** The reader's answer without the aid, which is locked. */
  first?: Pick<Answer, 'rating' | 'confidence'>;
  /** Why there is no aid for this film. */
  aidFailed?: string;
  score?: { score: number; positive: boolean };
}

/** Everything that study mode shows. */
export interface StudyState {
  phase: StudyPhase;
  plan?: StudyPlan;
  reader?: string;
  arm?: ShownArm;
  draft: ReaderDraft;
  /** What the answer lacks; told after a try to give it. */
  lacks: readonly Lack[];
  /** Why the answer could not be kept; it still stands in the form. */
  problem?: string;
  delivery: DeliveryState;
  /** Answers leave this browser as a file alone. */
  byFile: boolean;
}

export const initialStudyState: StudyState = {
  phase: { kind: 'loading' },
  draft: { boxes: [] },
  lacks: [],
  delivery: { waiting: 0, delivered: 0, refused: 0 },
  byFile: false,
};

/** Whether the film is covered: in between cases, and while the reader pauses. */
export function isCovered({ phase }: StudyState): boolean {
  if (phase.kind === 'reading') return phase.paused;
  if (phase.kind === 'opening') return phase.covered;
  return phase.kind !== 'saving';
}
