import type { JudgedGenerator, JudgeResults } from '../../evaluation/judge/judge-results';
import { setMetrics } from '../../metrics';
import { decimals, figureCell, percent } from '../format';
import { html, table, type Html } from '../html';

/** What another model's classifier says of the generated images. */
export function judgeSection(judge: JudgeResults | undefined): Html {
  if (!judge) return html`<p>No other classifier was asked (<code>--judge MODEL</code>).</p>`;
  const { title, version, operatingPoint } = judge.judge;
  return html`<p>
      Judge: the classifier of ${title} ${version} at its operating point ${operatingPoint}. It decides
      ${percent(judge.agreement.value)} of the films as the judged classifier does.
    </p>
    ${table({
      caption: 'Generated images before another classifier',
      note: 'Flip: share of x_a for which the judge changes its decision too, of films that both decide alike. Score: mean change of the judge’s score from x to x_a, towards the class that x_a is to show. Second line: 95 % interval.',
      head: ['generator', 'flip', 'flip, positives', 'score'],
      rows: judge.generators.map(({ id, flip, flipPositives, scoreChange }) => ({
        cells: [id, figureCell(flip), figureCell(flipPositives), figureCell(scoreChange)],
      })),
    })}
    ${table({
      caption: 'Distance from real films of the class that x_a is to show',
      note: `${setMetrics[0].citation}. Features of the judge, to training films of that class; all sets are of one size. Before: the films themselves. After: their x_a. Real: films that are called so.`,
      head: ['generator', 'x_a is to show', 'images', 'before', 'after', 'real'],
      rows: judge.generators.flatMap(({ id, frechet }) =>
        frechet.map(({ target, images, before, after, real }) => ({
          cells: [id, target, String(images), decimals(before), decimals(after), decimals(real)],
        })),
      ),
    })}
    ${table({
      caption: 'What else changes: the view',
      note: 'A logistic regression on the judge’s features, fitted to training films, names the view. Accuracy: on the films themselves, both views weighted alike. Changed: share of the films named rightly whose x_a is named otherwise, with its 95 % interval.',
      head: ['generator', 'views', 'training films', 'accuracy', 'changed'],
      rows: judge.generators.flatMap(viewRow),
    })}`;
}

function viewRow({ id, view }: JudgedGenerator): { cells: (Html | string)[] }[] {
  if (!view) return [];
  const { views, trainingFilms, accuracy, changed } = view;
  return [{ cells: [id, views.join(', '), String(trainingFilms), decimals(accuracy), figureCell(changed)] }];
}
