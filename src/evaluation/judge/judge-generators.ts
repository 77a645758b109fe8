import { isBinaryTask } from '../../datasets/list';
import type { OpenedListing } from '../../datasets/open-listing';
import type { SplitExam } from '../../datasets/types';
import { withFilm } from '../../explain';
import type { Listener } from '../../io/listener';
import { operatingPointOf } from '../../models/classify';
import { makesImages } from '../../models/generator-kinds';
import type { ModelPackage } from '../../models/package';
import { seededRandom, shuffled } from '../../models/random';
import { decidedBy, decidedOf } from '../answers';
import { adversarialSource, pixelHash, type MapCache } from '../measure/map-cache';
import type { EvaluateOptions } from '../options';
import type { CaseRecord } from '../records';
import { openSplit } from '../set/open-split';
import { casePixels, storedPixels, validArea, type EvaluationSet } from '../set/set';
import { openJudge, type Judge } from './judge';
import type { JudgeResults } from './judge-results';
import { summariseJudged, type JudgedFilm, type TrainingFilm } from './summarise-judged';

/** Training films of each class that the judge sees, drawn by the seed. */
const trainingFilms = 600;
/** Images that the judge gets at once. */
const batch = 8;

/** What an evaluation has measured, of which its films before the judge are made. */
export interface Measured {
  model: ModelPackage;
  set: EvaluationSet;
  /** Measured cases of the set, and what was measured. */
  records: readonly { index: number; record: CaseRecord }[];
  /** Where the evaluation put the x_a of its films. */
  cache: MapCache;
  /** The data that the set is of. */
  listing: OpenedListing;
}

/**
 * Has another package's classifier look at the x_a of all evaluated films.
 *
 * @throws Error when the judge cannot judge this model
 */
export async function judgeGenerators(
  options: Pick<EvaluateOptions, 'seed' | 'resamples'> & { judge: string },
  measured: Measured,
  listener: Listener,
): Promise<JudgeResults> {
  const judge = await openJudge(options.judge, measured.model.card);
  try {
    const training = await judgeTrainingFilms(judge, options.seed, measured, listener);
    const films = await judgeFilms(judge, measured, listener);
    const { id, version, title, classes } = judge.card;
    return {
      judge: { id, version, title, operatingPoint: operatingPointOf(judge.card) },
      ...summariseJudged(
        films,
        training,
        classes.map(({ name }) => name),
        options,
      ),
    };
  } finally {
    judge.dispose();
  }
}

/** Each evaluated film, and what each generator makes of it. */
async function judgeFilms(judge: Judge, measured: Measured, listener: Listener): Promise<JudgedFilm[]> {
  const { model, set, records } = measured;
  const ids = Object.keys(model.generators).filter(id => makesImages(model.card.generators[id].kind));
  const progress = listener.begin('images before the judge', records.length);
  const by = decidedBy(model.card);
  const films: JudgedFilm[] = [];
  for (const { index, record } of records) {
    const adversarials = await adversarialsOf(ids, index, measured);
    const [original, ...generated] = await judge.judge([casePixels(set, index), ...adversarials]);
    const { patient, label, view } = set.cases[index];
    films.push({
      patient,
      label,
      view,
      called: decidedOf(record, by) === 1,
      original,
      generated: Object.fromEntries(ids.map((id, k) => [id, generated[k]])),
    });
    progress.update(films.length);
  }
  progress.stop();
  return films;
}

/** The x_a of one film, as the evaluation kept them; those that are not there any more are generated again, and kept. */
async function adversarialsOf(
  ids: readonly string[],
  index: number,
  { model, set, cache }: Measured,
): Promise<Float32Array[]> {
  const { size } = set;
  const image = pixelHash(storedPixels(set, index));
  const kept = await Promise.all(
    ids.map(async id => {
      const found = await cache.read(adversarialSource(model.card, id), image, size * size);
      return found === 'unusable' ? undefined : found;
    }),
  );
  if (kept.every(found => found !== undefined)) return kept.map(({ map }) => map);
  const film = { input: casePixels(set, index), valid: validArea(set, index) };
  return withFilm(model, film, async session => {
    const made: Float32Array[] = [];
    for (const [k, id] of ids.entries()) {
      const map = kept[k]?.map ?? (await session.generate(id)).adversarial!;
      await cache.write(adversarialSource(model.card, id), image, { map, seconds: 0 });
      made.push(map);
    }
    return made;
  });
}

/** Films of the training split of both classes: what x_a should look like, and what the views look like. */
async function judgeTrainingFilms(
  judge: Judge,
  seed: number,
  { model: { card }, listing: opened }: Measured,
  listener: Listener,
): Promise<TrainingFilm[]> {
  const train = opened.listing.exams.filter(exam => exam.split === 'train' && isBinaryTask(exam));
  if (train.length === 0) {
    throw new Error('--judge compares with real films of the train split, and the data have none.');
  }
  const exams = [0, 1].flatMap(label => drawFilms(train, label, seed));
  const set = await openSplit({ ...opened, listing: { ...opened.listing, exams } }, 'train', card.input);
  const progress = listener.begin('training films before the judge', set.cases.length);
  const films: TrainingFilm[] = [];
  for (let begin = 0; begin < set.cases.length; begin += batch) {
    const cases = set.cases.slice(begin, begin + batch);
    const judged = await judge.judge(cases.map((_, k) => casePixels(set, begin + k)));
    films.push(...judged.map(({ features }, k) => ({ ...cases[k], features })));
    progress.update(films.length);
  }
  progress.stop();
  return films;
}

function drawFilms(train: readonly SplitExam[], label: number, seed: number): SplitExam[] {
  const films = train.filter(exam => exam.label === label);
  return shuffled(films, seededRandom(`${seed}/judge/${label}`)).slice(0, trainingFilms);
}
