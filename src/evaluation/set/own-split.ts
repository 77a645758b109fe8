import path from 'node:path';
import * as z from 'zod';
import { DatasetError } from '../../datasets/error';
import { imageName } from '../../datasets/image-name';
import { nameHash, pixelMark } from '../../datasets/manifest';
import { parseCsvTable, type CsvTable } from '../../io/csv-table';
import { flag, option } from '../../io/options';
import { readTextIfThere } from '../../io/read-if-there';
import type { OpenedListing } from '../../datasets/open-listing';
import { listedFilms, type EvaluatedSplit } from './open-split';
import { parseModelCard } from '../../models/card';
import type { EvaluationSet } from './set';

/** Option of every command that measures a model on a data folder. */
export const ownSplitOptions = z.object({
  otherFilms: option(flag(), {
    help: 'images that have the file names of training images are other films of other patients; the report says that you said so',
    command: 'changed',
    recorded: true,
  }),
});

/** How a model is measured on a data folder. */
export interface OwnSplitOptions extends z.infer<typeof ownSplitOptions> {
  /** What is measured on. `train` asks for training images by name: they are let through, with a note. */
  split: EvaluatedSplit;
  /** Whether the figures go into the model card, which says for good that they are of films new to the model. */
  updateCard?: boolean;
}

interface Films {
  patientOf: ReadonlyMap<string, string>;
  cases: readonly Pick<EvaluationSet['cases'][number], 'id' | 'patient'>[];
  /** Absent before they are prepared. */
  planes?: EvaluationSet['planes'];
}

/**
 * Refuses what the names alone refuse, before hours may go by with the preparation of images that are not to be measured.
 *
 * @throws DatasetError as `checkOwnSplit`, which has still to be asked of the prepared images: their pixels may tell more
 */
export async function checkOwnNames(
  model: string,
  listing: OpenedListing,
  options: OwnSplitOptions,
): Promise<void> {
  await checkOwnSplit(model, listedFilms(listing, options.split), options);
}

/**
 * Refuses to evaluate a model on patients that it was trained on: `split.csv` in its package says which images those were,
 * by name or, where names may identify, by the hash of the name, whatever the data folder at hand says now. Names may also be
 * those of other films; where the table has a column `pixels`, it tells films that are certainly the same.
 *
 * @returns what the table leaves open, for the reader of the figures
 * @throws DatasetError naming how many images, and one of them
 */
export async function checkOwnSplit(
  model: string,
  set: Films,
  { split, otherFilms = false, updateCard = false }: OwnSplitOptions,
): Promise<string[]> {
  const file = path.join(model, await splitName(model));
  const text = await readTextIfThere(file);
  if (text === undefined) {
    return [
      ...askedForTraining(split),
      'The model package has no split.csv, so that nothing tells whether the model was trained on these images.',
    ];
  }
  const listed = new Map(splitIn(file, text).rows.map(row => [imageName(row.image), row]));
  const rowOf = (image: string): CsvTable['rows'][number] | undefined =>
    listed.get(image) ?? listed.get(nameHash(image));
  const ownSplit = (image: string): string | undefined => rowOf(image)?.split;
  const count = (images: readonly unknown[]): string => `${images.length} of ${set.cases.length} images`;
  const trained = ofPatients(set, image => ownSplit(image) === 'train');
  if (trained.length > 0) {
    const same = withSamePixels(set, image =>
      ownSplit(image) === 'train' ? rowOf(image)?.pixels : undefined,
    );
    if (otherFilms && same.length === 0) {
      const areOthers = trained.every(image => rowOf(image)?.pixels);
      if (updateCard && !areOthers)
        throw new DatasetError(
          `${count(trained)} have the file name of an image that the model was trained on, or are of the patient of one, and ${file} has no ` +
            'checksums of pixels (column pixels) that would tell: on the word of --other-films alone no figure goes into a model card. ' +
            'Evaluate without --update-card.',
        );
      return [
        `${count(trained)} have the file name of an image that the model was trained on, or are of the patient of one. ` +
          'That they are other films of other patients is said by --other-films; ' +
          (areOthers ? 'their pixels are others.' : 'nothing here tells.'),
      ];
    }
    if (split === 'train') {
      return [
        `${count(trained)} are images that the model was trained on, or of the patients of such images: figures on them say how well ` +
          'it knows its training images, and nothing of other films.',
      ];
    }
    const own = `Use the split that the model was trained with (--splits ${file})`;
    throw new DatasetError(
      same.length > 0
        ? `${count(same)} are images that the model was trained on, by file name and pixels (${file}), among them ${same[0]}: ` +
            `figures on them say nothing of other films. ${own}.`
        : `${count(trained)} have the file name of an image that the model was trained on, or are of the patient of one (${file}), ` +
            `among them ${trained[0]}: figures on training images say nothing of other films. ${own} if these are the films that it names. ` +
            'If they are other films of other patients, which only have the same names, give --other-films; the report then says so.',
    );
  }
  if (![...set.patientOf.keys()].some(image => ownSplit(image) !== undefined)) {
    return [
      ...askedForTraining(split),
      'The model package’s split.csv names none of these images: they count as images that the model was not trained on. ' +
        'The same films under other names would not be noticed.',
    ];
  }
  const chosenBy =
    split === 'test' || split === 'all' ? ofPatients(set, image => ownSplit(image) === 'val') : [];
  return [
    ...askedForTraining(split),
    ...(chosenBy.length === 0
      ? []
      : [
          `${count(chosenBy)} are of patients of the model’s validation split, by which its epoch ` +
            'and operating point were chosen: figures on them flatter the model.',
        ]),
  ];
}

/** Where the package does not name the images of a training split that was asked for. */
function askedForTraining(split: EvaluatedSplit): string[] {
  return split === 'train'
    ? [
        'These are the training images of the data: if the model was trained on them, figures say nothing of other films.',
      ]
    : [];
}

function splitIn(file: string, text: string): CsvTable {
  try {
    return parseCsvTable(text);
  } catch (error) {
    throw new DatasetError(`${file} is not a table: ${(error as Error).message}`);
  }
}

/** Ids of the cases of patients that have such an image, in the set or elsewhere in its data folder. */
function ofPatients(
  { cases, patientOf }: Pick<Films, 'cases' | 'patientOf'>,
  matches: (image: string) => boolean,
): string[] {
  const patients = new Set([...patientOf].filter(([image]) => matches(image)).map(([, patient]) => patient));
  return cases.filter(({ id, patient }) => matches(id) || patients.has(patient)).map(({ id }) => id);
}

/** Ids of the cases whose prepared planes have the marks of images of their own names. */
function withSamePixels(
  { cases, planes }: Pick<Films, 'cases' | 'planes'>,
  markOf: (image: string) => string | undefined,
): string[] {
  const checksums = planes?.kind === 'file' ? planes.checksums : [];
  return cases.flatMap(({ id }, index) => {
    const mark = pixelMark(checksums[index]);
    return mark !== undefined && mark === markOf(id) ? [id] : [];
  });
}

/** The card names the table; a folder without one, or whose card says nothing of it, may have one all the same. */
async function splitName(model: string): Promise<string> {
  const text = await readTextIfThere(path.join(model, 'model-card.json'));
  return (text && parseModelCard(text).trainingData.splitManifest?.path) || 'split.csv';
}
