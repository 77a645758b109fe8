import * as z from 'zod';
import { mostTransforms } from '../models/most-transforms';
import { resultKinds, usualKinds, type ResultKind } from '../dicom/results';
import { resultObject } from '../dicom/results/objects';
import { methods } from '../explain';
import { colourMapIds } from '../models/colour-map';
import { workerCount, decimals, option, text, wholeNumber } from '../io/options';

/** Reads `seg,pm,sc,sr`. @param allowed kinds that may be named */
const kindsOf = (allowed: readonly ResultKind[]) =>
  z.string().transform((written, context): ResultKind[] => {
    const named = written.split(',').map(part => part.trim().toLowerCase());
    const unknown = named.find(kind => !allowed.includes(kind as ResultKind));
    if (unknown === undefined) return allowed.filter(kind => named.includes(kind));
    context.addIssue(`There is no result "${unknown}"; choose of ${allowed.join(', ')}.`);
    return z.NEVER;
  });

/** Reads `90` or `90,95,97.5`; they come in ascending order. */
const percentiles = decimals()
  .refine(
    values =>
      values.every(percentile => percentile > 0 && percentile < 100) &&
      new Set(values).size === values.length,
    'Percentiles are different numbers between 0 and 100, e.g. 90,95,97.5.',
  )
  .transform(values => values.sort((a, b) => a - b));

const methodId = text().refine(
  id => methods.some(method => method.id === id),
  `Methods are ${methods.map(method => method.id).join(', ')}.`,
);

/** The option `--method`; without it the card's method is used. */
export const methodOption = (help: string) => option(methodId.optional(), { value: '<id>', help });

/** The option `--generator`. */
export const generatorOption = option(text().optional(), {
  value: '<id>',
  help: 'generator, where the model has several',
});

/** The option `--label`. */
export const labelOption = option(text().optional(), {
  value: '<name>',
  help: 'label that is explained, of a model of independent ones',
});

/** The option `--seed` of an explanation. */
export const explanationSeed = option(wholeNumber().default(0), {
  value: '<number>',
  help: 'fixes the transforms and the method’s noise',
});

/** The option `--augment`. */
export const augmentOption = (help: string) =>
  option(wholeNumber(0, mostTransforms).default(0), { value: '<count>', help });

/** How DICOM results are written. */
export const dicomResultOptions = {
  percentiles: option(percentiles.default([90]), {
    value: '<list>',
    help: 'percentiles of the DICOM SEG; several give bands',
  }),
  colours: option(z.enum(colourMapIds).optional(), {
    value: '<name>',
    help: 'colour map of the pictures; by what was found where none is named',
  }),
  segEncoding: option(z.enum(['binary', 'labelmap']).default('binary'), {
    value: '<kind>',
    help: 'how the DICOM SEG holds its pixels',
  }),
};

/** The option that names kinds of result objects. */
export const kindsOption = (help: string) =>
  option(kindsOf(resultKinds).optional(), { value: '<kinds>', help });

/** Kinds that are made of an explanation alone, without its way. */
const kindsOfArchive: readonly ResultKind[] = resultKinds.filter(kind => !resultObject(kind).needsWay);

/** The same without those that show the way; the usual ones where it is not given. */
export const usualKindsOption = (help: string) =>
  option(kindsOf(kindsOfArchive).default([...usualKinds]), {
    value: '<kinds>',
    help: `${help}: ${kindsOfArchive.join(', ')}`,
  });

/** The option `--workers` of a command that needs one thread. */
export const oneWorkerOption = (help: string) => option(workerCount().default(1), { value: '<count>', help });
