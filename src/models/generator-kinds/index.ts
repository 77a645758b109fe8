import type { GeneratorKindFacts } from '../generator-kind';
import { cyce } from './cyce';
import { duo } from './duo';
import { mask } from './mask';
import { naive } from './naive';
import { single1 } from './single1';
import { single2 } from './single2';
import { syce } from './syce';

/** Generators of the paper, section IV-C, the Mask Generator that it compares them with, and the authors' successors. */
export const generatorKinds = [single1, single2, duo, syce, cyce, naive, mask] as const;
export type GeneratorKind = (typeof generatorKinds)[number]['id'];

export const generatorKindIds: readonly GeneratorKind[] = generatorKinds.map(({ id }) => id);

export function kindFacts(kind: GeneratorKind): GeneratorKindFacts<GeneratorKind> {
  return generatorKinds.find(({ id }) => id === kind)!;
}

/** Kinds that make just these outputs, in the order in which they are preferred. */
export function kindsMaking(...outputs: GeneratorKindFacts['outputs']): GeneratorKind[] {
  return [...generatorKinds]
    .filter(kind => kind.outputs.join() === outputs.join())
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id);
}

/** Whether a kind makes images, and no mask alone. */
export function makesImages(kind: GeneratorKind): boolean {
  return kindFacts(kind).outputs.includes('adversarial');
}
