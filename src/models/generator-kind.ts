/** One kind of generator: a file in `generator-kinds/`, whose `index.ts` lists them all. */
export interface GeneratorKindFacts<Id extends string = string> {
  /** For cards and `--kind`; the name of its file. */
  id: Id;
  /** For people. */
  title: string;
  /** What it makes of an image, in the order of the network's outputs. */
  outputs: readonly ('similar' | 'adversarial' | 'mask')[];
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
