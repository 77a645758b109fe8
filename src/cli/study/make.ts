import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { doesNotExist } from '../../io/given-path';
import { refuseOverwriting } from '../../io/out-folder';
import { writeAtomically } from '../../io/write-file';
import { seededRandom, shuffled } from '../../models/random';
import { csv } from '../../study/exports/text';
import { parseStudyPlan } from '../../study/plan';
import { DicomFolder } from '../../viewer/dicomweb/dicom-folder';
import { firstText } from '../../viewer/dicomweb/types';
import { shippedModels } from '../../viewer/paths';
import { nextCommand } from '../next-command';
import { atLeast, code, finite, mostReaders } from './input';
import { packageMethod } from './package-method';
import { counted } from '../../io/counted';

interface MakeOptions {
  data: string;
  id: string;
  title: string;
  question: string;
  readers: number;
  practice: number;
  design: 'crossover' | 'sequential';
  sessions: 'one-arm' | 'mixed';
  washout: number;
  method?: string;
  models?: string;
  score?: boolean;
  scale: '5' | '100';
  boxes: number;
  seed: number;
  out: string;
}

/** Adds `explain study make`. */
export function registerMake(group: Command): void {
  group
    .command('make')
    .description('Make a study file of a folder of DICOM files: a case of each study that has a film')
    .requiredOption('--data <folder>', 'folder of DICOM files, as the viewer will serve it')
    .option('--id <code>', 'code of the study', code, 'study')
    .option('--title <text>', 'what readers see above', 'Reader study')
    .option(
      '--question <text>',
      'what is asked of every case',
      'Is there an opacity suspicious of pneumonia?',
    )
    .option('--readers <count>', 'readers, r1, r2, …', atLeast(1, mostReaders), 6)
    .option('--practice <count>', 'cases that are drawn for practice', atLeast(0, 1000), 2)
    .addOption(
      new Option('--design <kind>', 'film alone and film with map: in sessions apart, or one after the other')
        .choices(['crossover', 'sequential'])
        .default('crossover'),
    )
    .addOption(
      new Option('--sessions <kind>', 'of a crossover: one arm each, or both arms on other cases')
        .choices(['one-arm', 'mixed'])
        .default('one-arm'),
    )
    .option('--washout <days>', 'between the sessions of a crossover', finite, 28)
    .option(
      '--method <id>',
      'explanation that the aided arm shows (default: that of the model package which fits the films)',
    )
    .option('--models <folder>', 'folder of model packages that names it (default: those of this package)')
    .option(
      '--score',
      'the aided arm shows the classifier’s score too, not the map and what was decided alone',
    )
    .addOption(
      new Option('--scale <points>', 'rating: 1 to 5, or 0 to 100').choices(['5', '100']).default('100'),
    )
    .option('--boxes <count>', 'boxes that a reader may draw, 0 for none', atLeast(0, 1000), 3)
    .option('--seed <number>', 'fixes all orders', atLeast(0), 1)
    .option('--out <folder>', 'folder of the study: study.json, and truth.csv for you to fill in', 'study')
    .action((options: MakeOptions) => make(options));
}

async function make(options: MakeOptions): Promise<void> {
  const { out, seed, readers, practice, boxes } = options;
  const file = path.join(out, 'study.json');
  // A study that runs, or a truth that was filled in.
  await refuseOverwriting('--out', [file, path.join(out, 'truth.csv')]);
  const isFolder = await stat(options.data).catch(() => undefined);
  if (!isFolder) throw new Error(`--data ${doesNotExist(options.data)}`);
  if (!isFolder.isDirectory()) throw new Error(`--data ${options.data} is a file; it must be a folder.`);
  const folder = new DicomFolder({ read: [path.resolve(options.data)], write: path.resolve(options.data) });
  await folder.refresh();
  const films = folder
    .list()
    .filter(({ attributes }) => firstText(attributes, '00280010') !== '' && isFilm(attributes));
  const studies = [...new Set(films.map(({ studyUid }) => studyUid))].sort();
  if (studies.length === 0)
    throw new Error(
      `${path.resolve(options.data)} holds no DICOM film (${filmModalities.join(', ')}): nothing for readers to read.`,
    );
  if (studies.length <= practice) {
    throw new Error(
      `${options.data} holds ${counted(studies.length, 'study', 'studies')} with a film, and ${practice} would be for practice: no case is left. Give a smaller --practice, or more films.`,
    );
  }
  const method =
    options.method ??
    (await packageMethod(
      path.resolve(options.models ?? shippedModels()),
      films.map(each => each.path),
    ));
  // Names by a drawn order: the order of the UIDs may tell when they were taken.
  const drawn = shuffled(studies, seededRandom(`${seed}/cases`));
  const digits = String(drawn.length).length;
  const cases = drawn.map((studyInstanceUid, i) => {
    const isPractice = i < practice;
    const number = String(isPractice ? i + 1 : i + 1 - practice).padStart(digits, '0');
    return { id: `${isPractice ? 'p' : 'c'}${number}`, studyInstanceUid, practice: isPractice };
  });
  const five = ['certainly not', 'rather not', 'cannot say', 'rather yes', 'certainly'];
  const plan = {
    format: 'explain-study-plan/1',
    id: options.id,
    title: options.title,
    question: options.question,
    seed,
    readers: Array.from({ length: readers }, (_, i) => `r${i + 1}`),
    cases,
    arms: [
      { id: 'unaided', label: 'Film', aid: null },
      {
        id: 'aided',
        label: options.score ? 'Film, map and score' : 'Film and map',
        aid: { method, augment: 0, score: options.score === true, images: false },
      },
    ],
    design:
      options.design === 'sequential'
        ? { kind: 'sequential' }
        : { kind: 'crossover', washoutDays: options.washout, sessions: options.sessions },
    rating:
      options.scale === '5'
        ? { kind: 'points', labels: five }
        : { kind: 'percent', ends: ['certainly not', 'certainly'] },
    confidence: { kind: 'percent', ends: ['guessed', 'certain'] },
    ...(boxes > 0 ? { boxes: { most: boxes } } : {}),
  };
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  parseStudyPlan(text);
  await writeAtomically(file, text);
  const truth = [
    ['case', 'studyInstanceUid', 'truth'],
    ...cases.flatMap(each => (each.practice ? [] : [[each.id, each.studyInstanceUid, '']])),
  ];
  await writeAtomically(path.join(out, 'truth.csv'), csv(truth));
  process.stdout.write(
    `${counted(readers, 'reader')}, ${counted(cases.length - practice, 'case')}, ${practice} for practice; the aided arm shows ${method}. Written to ${out}: study.json, and truth.csv, ` +
      'whose column "truth" is yours to fill in (0 or 1); it is never served.\n' +
      `Next: ${nextCommand(`study plan ${file}`)}; ${nextCommand(`viewer --data ${options.data} --study ${out}`)}\n`,
  );
}

/** Modalities that readers read. */
const filmModalities = ['CR', 'DX', 'DR', 'RG', 'PX', 'MG'];

/** Results of this software and others are left out. */
function isFilm(attributes: Parameters<typeof firstText>[0]): boolean {
  return filmModalities.includes(firstText(attributes, '00080060'));
}
