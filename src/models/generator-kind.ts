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

/** The network's outputs, in their order. */
export function headsOf({ made, outputs }: Pick<GeneratorKindFacts, 'made' | 'outputs'>): readonly string[] {
  if (made === 'directly') return outputs;
  return made === 'by-second-pass' ? ['adversarial'] : ['negative', 'positive'];
}
