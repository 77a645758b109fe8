import { isBinaryTask } from '../../datasets/list';
import { openListing } from '../../datasets/open-listing';
import type { SplitExam } from '../../datasets/types';
import { withFilm } from '../../explain';
import type { Listener } from '../../io/listener';
import { operatingPointOf } from '../../models/classify';
import { makesImages } from '../../models/generator-kinds';
import type { ModelPackage } from '../../models/package';
import { seededRandom, shuffled } from '../../models/random';
import type { EvaluateOptions } from '../options';
import { openSplit } from '../set/open-split';
import { casePixels, validArea, type EvaluationSet } from '../set/set';
import { openJudge, type Judge } from './judge';
import type { JudgeResults } from './judge-results';
import { summariseJudged, type JudgedFilm, type TrainingFilm } from './summarise-judged';

/** Training films of each class that the judge sees, drawn by the seed. */
const trainingFilms = 600;
/** Images that the judge gets at once. */
const batch = 8;

/**
 * Generates x_s and x_a of all evaluated films anew and has another package's classifier look at them.
 *
 * @throws Error when the judge cannot judge this model
 */
export async function judgeGenerators(
  options: EvaluateOptions & { judge: string; data: string[] },
  model: ModelPackage,
  set: EvaluationSet,
  indices: readonly number[],
  listener: Listener,
): Promise<JudgeResults> {
  const judge = await openJudge(options.judge, model.card);
  try {
    const training = await judgeTrainingFilms(judge, options, model, listener);
    const films = await judgeFilms(judge, model, set, indices, listener);
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
async function judgeFilms(
  judge: Judge,
  model: ModelPackage,
  set: EvaluationSet,
  indices: readonly number[],
  listener: Listener,
): Promise<JudgedFilm[]> {
  const ids = Object.keys(model.generators).filter(id => makesImages(model.card.generators[id].kind));
  const progress = listener.begin('images before the judge', indices.length);
  const films: JudgedFilm[] = [];
  for (const index of indices) {
    const input = casePixels(set, index);
    const { patient, label, view } = set.cases[index];
    films.push(
      await withFilm(model, { input, valid: validArea(set, index) }, async session => {
        const { decision } = await session.decide();
        const adversarials: Float32Array[] = [];
        for (const id of ids) adversarials.push((await session.generate(id)).adversarial!);
        const [original, ...generated] = await judge.judge([input, ...adversarials]);
        return {
          patient,
          label,
          view,
          called: decision.decided === 1,
          original,
          generated: Object.fromEntries(ids.map((id, k) => [id, generated[k]])),
        };
      }),
    );
    progress.update(films.length);
  }
  progress.stop();
  return films;
}

/** Films of the training split of both classes: what x_a should look like, and what the views look like. */
async function judgeTrainingFilms(
  judge: Judge,
  options: EvaluateOptions & { data: string[] },
  { card }: ModelPackage,
  listener: Listener,
): Promise<TrainingFilm[]> {
  const opened = await openListing(options.data, options, listener);
  const train = opened.listing.exams.filter(exam => exam.split === 'train' && isBinaryTask(exam));
  if (train.length === 0) {
    throw new Error('--judge compares with real films of the train split, and the data have none.');
  }
  const exams = [0, 1].flatMap(label => drawFilms(train, label, options.seed));
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
