import type { PanelSection } from '../panel-section';
import { answer } from './answer';
import { compute } from './compute';
import { counterfactual } from './counterfactual';
import { display } from './display';
import { exported } from './export';
import { graded } from './graded';
import { help } from './help';
import { run } from './run';
import { score } from './score';
import { stored } from './stored';

/** The sections of the panel, from top to bottom. */
export const sections: readonly PanelSection[] = [
  run,
  stored,
  score,
  display,
  counterfactual,
  graded,
  answer,
  exported,
  compute,
  help,
];
