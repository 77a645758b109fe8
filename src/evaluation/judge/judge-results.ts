import type { Estimate } from '../statistics/estimate';

/** Distances of one direction: films called one class, which x_a is to make look like the other. */
export interface FrechetFigures {
  /** Name of the class that x_a is to show. */
  target: string;
  /** In each of the compared sets. */
  images: number;
  /** Of the films themselves to training films of the target class. */
  before: number;
  /** Of their x_a to the same training films. */
  after: number;
  /** Of films that are called the target class to the same training films: what is to be reached. */
  real: number;
}

/** What the view of the film is for a classifier of the judge's features. */
export interface ViewFigures {
  /** The two views that it tells apart. */
  views: readonly [string, string];
  trainingFilms: number;
  /** Share of the evaluated films whose view it names rightly, both views weighted alike. */
  accuracy: number;
  /** Share of the films that it names rightly whose x_a it names otherwise. */
  changed: Estimate;
}

/** One generator's images, as another classifier sees them. */
export interface JudgedGenerator {
  /** Id in the card. */
  id: string;
  /** Share of x_a for which the judge, too, changes its decision; of films that both decide alike. */
  flip?: Estimate;
  /** The same of the films that the truth calls positive. */
  flipPositives?: Estimate;
  /** Mean change of the judge's score from x to x_a towards the class that x_a is to show, of all films. */
  scoreChange?: Estimate;
  frechet: FrechetFigures[];
  /** Absent where the films are not of two views. */
  view?: ViewFigures;
}

/** What another model's classifier says of the generated images. */
export interface JudgeResults {
  judge: { id: string; version: string; title: string; operatingPoint: number };
  /** Share of films that judge and judged classifier decide alike. */
  agreement: Estimate;
  generators: JudgedGenerator[];
}
