import type { PanelSection } from '../panel-section';
import { answer } from './answer';
import { compare } from './compare';
import { compute } from './compute';
import { counterfactual } from './counterfactual';
import { display } from './display';
import { exported } from './export';
import { graded } from './graded';
import { help } from './help';
import { labels } from './labels';
import { made } from './made';
import { origin } from './origin';
import { others } from './others';
import { run } from './run';
import { score } from './score';
import { stored } from './stored';

/** The sections of the panel, from top to bottom. */
export const sections: readonly PanelSection[] = [
  run,
  made,
  stored,
  others,
  origin,
  labels,
  score,
  display,
  counterfactual,
  graded,
  compare,
  answer,
  exported,
  compute,
  help,
];
