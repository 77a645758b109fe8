import type { Answer, Lack } from '../../study/answers';
import type { DeliveryState } from '../../study/delivery';
import type { NextStep } from '../../study/next-step';
import type { StudyPlan } from '../../study/plan';
import type { StudyFailure } from './failure';
import type { AidOutcome } from './host';

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
  | { kind: 'failed'; message: string; said?: Pick<StudyFailure, 'key' | 'values'>; step?: ReadStep }
  /** The reader's code is asked for, and the key where this browser has not shown it. */
  | { kind: 'asking'; refused?: string; reader?: string; key?: 'needed' | 'wrong' }
  /** The film is covered until the reader begins, or goes on. `resumes`: it was begun before. */
  | { kind: 'ready'; step: ReadStep; resumes: boolean }
  | { kind: 'waiting'; opens: Date; session: number }
  /** The film, or the aid, is being made ready; the film is covered but for a second reading of the same case. */
  | { kind: 'opening'; step: ReadStep; what: 'film' | 'aid'; covered: boolean }
  /** `away`: the viewer shows something else than the film. */
  | { kind: 'reading'; step: ReadStep; paused: boolean; away?: boolean }
  | { kind: 'saving'; step: ReadStep }
  | { kind: 'done' };

/** What the reader is shown as the arm's name, and what the aid came to. */
interface ShownArm {
  label: string;
  /** The reader's answer without the aid, which is locked. */
  first?: Pick<Answer, 'rating' | 'confidence'>;
  /** Why there is no aid for this film. */
  aidFailed?: string;
  /** What there is to say of the map. */
  aid?: Pick<Extract<AidOutcome, { kind: 'shown' }>, 'result' | 'gradient'> & {
    /** The score is shown too; what was decided always is. */
    score: boolean;
    /** The generated images may be looked at. */
    images: boolean;
    /** Methods are compared: what tells them apart is not said. */
    blind: boolean;
  };
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
  if (phase.kind === 'reading') return phase.paused || phase.away === true;
  if (phase.kind === 'opening') return phase.covered;
  return phase.kind !== 'saving';
}
