/**
 * `directly`: the network's outputs are what the kind makes. `by-second-pass`: the network makes x_a, and x_s is what it makes of
 * x_a. `by-decision`: the network makes a negative and a positive image; x_a is the one of the other decision than x, x_s is x.
 */
type GeneratorForm = 'directly' | 'by-second-pass' | 'by-decision';

/** One kind of generator: a file in `generator-kinds/`, whose `index.ts` lists them all. */
export interface GeneratorKindFacts<Id extends string = string> {
  /** For cards and `--kind`; the name of its file. */
  id: Id;
  /** For people. */
  title: string;
  /** What it makes of an image, in the order of the network's outputs. */
  outputs: readonly ('similar' | 'adversarial' | 'mask')[];
  /** How they come from the network: `../generate.ts`. */
  made: GeneratorForm;
  /** Whether the outputs are heads of one U-Net; otherwise each has a U-Net of its own. */
  sharedUnet: boolean;
  /** 3×3 convolutions of each head. */
  headDepth: number;
  /** Whether there is one U-Net whose reconstruction of the input the images can have in common (output form `shared`). */
  canShareReconstruction: boolean;
  /** Of the kinds that make the same, the lowest is taken first. */
  rank: number;
  /** Of a training: images a step, and the U-Net level of the heads. */
  defaults: { batch: number; outputLevel: number };
}

/**
 * The network's outputs, in their order.
 *
 * @param labels how many labels it is trained for: of several each has an x_a of its own, and what else is made is made for all
 */
export function headsOf({ made, outputs }: Pick<GeneratorKindFacts, 'made' | 'outputs'>, labels = 1): readonly string[] {
  if (made === 'directly')
    return labels === 1 ? outputs : outputs.flatMap(name => (name === 'adversarial' ? adversarialHeads(labels) : [name]));
  return made === 'by-second-pass' ? ['adversarial'] : ['negative', 'positive'];
}

function adversarialHeads(labels: number): string[] {
  return Array.from({ length: labels }, (_, k) => `adversarial${k + 1}`);
}

/**
 * Which outputs of a generator of several labels are those of one.
 *
 * @param label index among the labels that it was trained for
 */
export function outputsOfLabel({ outputs }: Pick<GeneratorKindFacts, 'outputs'>, labels: number, label: number): number[] {
  const before = outputs.indexOf('adversarial');
  return outputs.map((_, k) => (k < before ? k : k === before ? k + label : k + labels - 1));
}
