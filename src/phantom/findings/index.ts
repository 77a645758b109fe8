import { effusion } from './effusion';
import { enlargedHeart } from './enlarged-heart';
import type { PhantomFinding } from './finding';
import { nodule } from './nodule';
import { opacity } from './opacity';

/** Every finding of the phantoms with several, in the order in which they are drawn: each takes air that is left. */
export const phantomFindings: readonly PhantomFinding[] = [enlargedHeart, effusion, opacity, nodule];

/** Names of the labels, in the order of the classifier's answers. */
export const findingNames: readonly string[] = ['opacity', 'effusion', 'nodule', 'enlarged heart'];

/** Name of the finding that a label means, here or elsewhere; undefined where the phantoms have none of that name. */
export function findingCalled(label: string): string | undefined {
  const wanted = label.toLowerCase();
  return phantomFindings.find(({ name, alsoCalled }) => name === wanted || alsoCalled.includes(wanted))?.name;
}
