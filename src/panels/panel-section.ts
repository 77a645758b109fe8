import type { ComponentType } from 'react';
import type { Actions } from '../extension/exchange/actions';
import type { ExplainService } from '../extension/store/explain-service';
import type { ExplainState, Result } from '../extension/store/state';

/** What every part of the panel is given. */
export interface PanelProps {
  service: ExplainService;
  actions: Actions;
  state: ExplainState;
}

/** What a section is given that stands where there is a finished explanation. */
export interface ResultProps extends PanelProps {
  result: Result;
}

/** One section of the panel: a file in `sections/`; `sections/index.ts` lists them in their order. */
export type PanelSection = {
  /** Name of its file. */
  id: string;
  /** It tells what the AI answers: hidden together with the output on the film. */
  tellsAnswer?: boolean;
} & (
  | { needsResult: false; Section: ComponentType<PanelProps> }
  /** Shown where there is a finished explanation. */
  | { needsResult: true; Section: ComponentType<ResultProps> }
);
