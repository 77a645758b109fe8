import * as z from 'zod';
import type { ExplainContext, Explanation, ExplanationMethod } from './types';
import type * as tf from '@tensorflow/tfjs';

/** A whole number of passes or pixels, at least 1, and no more than anyone waits for or memory holds. */
export const wholeFrom1 = (most = 10_000): z.ZodInt => z.int().min(1).max(most);

/**
 * Options that several methods share, as parts of their schemas. Every film's settings carry a seed and perhaps a generator,
 * so a method that reads neither takes no offence at them.
 */
export const common = {
  seed: z.int().min(0).default(0).describe('seed of the method’s own random numbers'),
  generator: z
    .string()
    .optional()
    .describe('generator to use where the model has several; default: the card’s, then any that fits'),
  target: z
    .enum(['logit', 'score'])
    .default('logit')
    .describe('what is derived: the logit or the calibrated score'),
  points: wholeFrom1().default(4).describe('points between x_a and x_s at which F is derived'),
};

/** A method with its options' schema; every option has a default or may be absent. */
type Declared<S extends z.ZodObject> = Omit<ExplanationMethod, 'options' | 'explain'> & {
  options: S;
  /** As `ExplanationMethod.explain`, with all options set. */
  explain(context: ExplainContext, batch: tf.Tensor4D, options: z.output<S>): Explanation;
};

/** Declares a method. Its `explain` checks the options it is given against the schema and fills in the defaults. */
export function defineMethod<S extends z.ZodObject>(method: Declared<S>): ExplanationMethod<z.input<S>> {
  return {
    ...method,
    explain: (context, batch, given: object = {}) => method.explain(context, batch, read(method, given)),
  };
}

/** @throws RangeError that names option, value and what it may be */
function read<S extends z.ZodObject>({ title, options }: Declared<S>, given: object): z.output<S> {
  const known = Object.keys(options.shape);
  const unknown = Object.keys(given).find(name => !known.includes(name) && !Object.hasOwn(neutral, name));
  if (unknown !== undefined) {
    const list = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none';
    throw new RangeError(`${title} has no option "${unknown}"; ${list}.`);
  }
  const result = options.safeParse(given);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const name = String(path[0]);
  const value: unknown = (given as Record<string, unknown>)[name];
  throw new RangeError(
    `Option "${name}" of ${title} cannot be ${JSON.stringify(value) ?? 'absent'}: ${message}.`,
  );
}

/** What every film's settings carry. */
const neutral = { seed: true, generator: true };
