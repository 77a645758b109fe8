import * as tf from '@tensorflow/tfjs';
import type * as z from 'zod';
import type { OptionsSchema } from '../../io/options';
import type { TrainedWeights } from '../task';

/**
 * One term of a loss. A family of terms is a folder with a file for each and an `index.ts` that lists them in the
 * order in which they are summed and logged; command, help, card, log and training page take them from there.
 */
export interface LossTerm<
  Seen,
  Parts,
  Options extends OptionsSchema,
  Settings extends object,
  Context = TrainedFor,
> {
  /** Name of the file that declares it. */
  id: string;
  /** Names under which its values are logged, and what they are. */
  logged: Readonly<Record<string, string>>;
  /** Its options of the training's command; their defaults stand where no preset says otherwise. */
  options: Options;
  /** Its part of the training's settings, as card and checkpoint record it. */
  settings(options: z.infer<Options>, context: Context): Settings;
  /** @returns undefined where these settings do not ask for it */
  open(settings: Settings, parts: Parts): OpenTerm<Seen> | undefined;
}

/** What settings of a generator follow from beside options. */
export interface TrainedFor {
  /** Id of the package whose classifier the generator is trained through. */
  model: string;
  /** Number of its classes; independent labels are explained one by one, so they count as two. */
  classes: number;
  /** Names of its classes. */
  classNames?: readonly string[];
  /** Whether they are independent labels. */
  hasLabels?: boolean;
  /** Views of the training images. */
  views: readonly string[];
}

/** A term of one training. */
export interface OpenTerm<Seen> {
  /** Differentiable; called once a micro-batch. */
  loss(seen: Seen): TermLoss;
  /** The trained weights together with its own, of a term that is trained itself. */
  withOwn?(weights: TrainedWeights): TrainedWeights;
}

interface TermLoss {
  /** What it adds to the loss. */
  weighted: tf.Scalar;
  /** Its values by name, before they are weighted unless `logged` says otherwise. */
  shown: Record<string, tf.Scalar>;
}

/** The type that has all members of a union. */
export type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** All of them as one object. @param first names that stand first, in this order */
export function merged<T extends object>(
  parts: readonly T[],
  first: readonly string[] = [],
): Intersection<T> {
  const all = Object.assign({}, ...parts) as Record<string, unknown>;
  const leading = first.filter(name => name in all).map(name => [name, all[name]] as const);
  return { ...Object.fromEntries(leading), ...all } as Intersection<T>;
}

/** The sum of the terms as `loss`, and their values by name. */
export function summed<Seen>(
  terms: readonly OpenTerm<Seen>[],
  seen: Seen,
): { loss: tf.Scalar } & Record<string, tf.Scalar> {
  const computed = terms.map(term => term.loss(seen));
  const loss = computed.map(({ weighted }) => weighted).reduce((sum, next) => tf.add(sum, next));
  return Object.assign({ loss }, ...computed.map(({ shown }) => shown)) as { loss: tf.Scalar };
}
