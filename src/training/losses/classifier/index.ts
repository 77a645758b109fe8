import * as z from 'zod';
import { merged, type Intersection } from '../term';
import { cells } from './cells';
import { image } from './image';

/** Every term of a classifier's loss, in the order in which they are summed and logged. */
export const classifierTerms = [image, cells] as const;

type ClassifierTerm = (typeof classifierTerms)[number];

/** Options of all terms. */
export const classifierLossOptions = z.object(merged(classifierTerms.map(({ options }) => options.shape)));

/** Settings of all terms, as card and checkpoint record them. */
export type ClassifierLossSettings = Intersection<ReturnType<ClassifierTerm['settings']>>;

export function classifierLossSettings(
  options: z.infer<typeof classifierLossOptions>,
): ClassifierLossSettings {
  const parts = classifierTerms.map((term): Partial<ClassifierLossSettings> => term.settings(options));
  return merged(parts) as ClassifierLossSettings;
}
