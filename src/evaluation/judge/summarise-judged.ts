import { patientDraws, setMetrics } from '../../metrics';
import { seededRandom, shuffled } from '../../models/random';
import { mean, meanEstimate, rateEstimate, type Estimate } from '../statistics/estimate';
import type { Judged } from './judge';
import type { FrechetFigures, JudgedGenerator, JudgeResults, ViewFigures } from './judge-results';
import { fitLogistic, type LinearClassifier } from './logistic-regression';

/** A film of the training split. */
export interface TrainingFilm {
  label: number;
  view: string;
  features: Float32Array;
}

/** A film, and what one judge says of it and of the x_a of each generator. */
export interface JudgedFilm {
  patient: string;
  label: number;
  view: string;
  /** By the judged classifier. */
  called: boolean;
  original: Judged;
  /** By id of the generator. */
  generated: Record<string, Judged>;
}

interface Sampling {
  resamples: number;
  seed: number;
}

/** Fewer films than this on a side have no distance worth a figure. */
const leastFilms = 20;

/** @param classes names of both classes, the positive one last */
export function summariseJudged(
  films: readonly JudgedFilm[],
  training: readonly TrainingFilm[],
  classes: readonly string[],
  sampling: Sampling,
): Omit<JudgeResults, 'judge'> {
  const agreed = share(films, film => film.original.called === film.called, sampling);
  if (!agreed) throw new Error('No film was judged.');
  const ids = Object.keys(films[0].generated);
  const tellViews = viewClassifier(training);
  return {
    agreement: agreed,
    generators: ids.map(id => judgedGenerator(id, films, training, classes, tellViews, sampling)),
  };
}

function judgedGenerator(
  id: string,
  films: readonly JudgedFilm[],
  training: readonly TrainingFilm[],
  classes: readonly string[],
  tellViews: ViewClassifier | undefined,
  sampling: Sampling,
): JudgedGenerator {
  const alike = films.filter(({ called, original }) => original.called === called);
  const flipped = ({ original, generated }: JudgedFilm): boolean => generated[id].called !== original.called;
  return {
    id,
    flip: share(alike, flipped, sampling),
    flipPositives: share(
      alike.filter(({ label }) => label === 1),
      flipped,
      sampling,
    ),
    scoreChange: average(
      films,
      ({ called, original, generated }) => (called ? -1 : 1) * (generated[id].score - original.score),
      sampling,
    ),
    frechet: ([0, 1] as const).flatMap(target =>
      frechetFigures(id, target, films, training, classes[target], sampling.seed),
    ),
    view: tellViews && viewFigures(id, films, tellViews, sampling),
  };
}

/** Distances to real films of the class that x_a is to show; all sets of one size, since the distance depends on it. */
function frechetFigures(
  id: string,
  target: 0 | 1,
  films: readonly JudgedFilm[],
  training: readonly TrainingFilm[],
  name: string,
  seed: number,
): FrechetFigures[] {
  const wanted = training.filter(({ label }) => label === target).map(({ features }) => features);
  const sources = films.filter(({ called }) => Number(called) !== target);
  const already = films.filter(({ called }) => Number(called) === target);
  const images = Math.min(wanted.length, sources.length, already.length);
  if (images < leastFilms) return [];
  const draw = <T>(list: readonly T[], what: string): T[] =>
    shuffled(list, seededRandom(`${seed}/frechet/${target}/${what}`)).slice(0, images);
  const reference = draw(wanted, 'training');
  const drawn = draw(sources, 'films');
  const [{ compute }] = setMetrics;
  const distance = (features: Float32Array[]): number => compute(features, reference)!;
  return [
    {
      target: name,
      images,
      before: distance(drawn.map(({ original }) => original.features)),
      after: distance(drawn.map(({ generated }) => generated[id].features)),
      real: distance(draw(already, 'real').map(({ original }) => original.features)),
    },
  ];
}

interface ViewClassifier {
  views: readonly [string, string];
  trainingFilms: number;
  classifier: LinearClassifier;
}

/** Of the two commonest views; undefined where there are not so many films of two. */
function viewClassifier(training: readonly TrainingFilm[]): ViewClassifier | undefined {
  const counts = new Map<string, number>();
  for (const { view } of training) if (view) counts.set(view, (counts.get(view) ?? 0) + 1);
  const common = [...counts].filter(([, count]) => count >= leastFilms).sort((a, b) => b[1] - a[1]);
  if (common.length < 2) return undefined;
  const views = [common[0][0], common[1][0]].sort() as [string, string];
  const films = training.filter(({ view }) => views.includes(view));
  const labels = films.map(({ view }) => views.indexOf(view));
  return {
    views,
    trainingFilms: films.length,
    classifier: fitLogistic(
      films.map(({ features }) => features),
      labels,
    ),
  };
}

function viewFigures(
  id: string,
  films: readonly JudgedFilm[],
  { views, trainingFilms, classifier }: ViewClassifier,
  sampling: Sampling,
): ViewFigures | undefined {
  const named = ({ features }: Judged): string => views[Number(classifier.predict(features) > 0.5)];
  const rightly = views.map(view =>
    films.filter(film => film.view === view && named(film.original) === view),
  );
  const accuracies = views.map(
    (view, k) => rightly[k].length / films.filter(film => film.view === view).length,
  );
  const changed = share(rightly.flat(), film => named(film.generated[id]) !== film.view, sampling);
  return changed && { views, trainingFilms, accuracy: mean(accuracies), changed };
}

function share(
  films: readonly JudgedFilm[],
  holds: (film: JudgedFilm) => boolean,
  sampling: Sampling,
): Estimate | undefined {
  const patients = films.map(({ patient }) => patient);
  const held = films.map(film => Number(holds(film)));
  return rateEstimate(held, patients, patientDraws(patients, sampling));
}

function average(
  films: readonly JudgedFilm[],
  value: (film: JudgedFilm) => number,
  sampling: Sampling,
): Estimate | undefined {
  const patients = films.map(({ patient }) => patient);
  return meanEstimate(films.map(value), patientDraws(patients, sampling));
}
