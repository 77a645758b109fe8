import { decimals } from '../format';
import { html, Html, type Html as HtmlText } from '../html';
import type { CaseView } from '../../evaluation/results';

/** Best and worst images by the reference map, with the map of every method. */
export function caseSection(cases: readonly CaseView[]): HtmlText {
  if (cases.length === 0) return html`<p>No image was drawn.</p>`;
  return html`<p>
      The images on which the reference map did best and worst. Outline: truth. Below a map: its IoU@90; below
      x_s and x_a: the generator, and the classifier’s score. Colours are scaled to each map’s own largest
      values.
    </p>
    ${(['best', 'worst'] as const).map(
      group =>
        html`<h3>${group === 'best' ? 'Best' : 'Worst'}</h3>
          ${cases.filter(view => view.group === group).map(caseView)}`,
    )}`;
}

function caseView({ id, iou90, score, called, tiles }: CaseView): HtmlText {
  return html`<div class="case">
    <p>
      <b>${id}</b>: IoU@90 ${decimals(iou90)}, score ${decimals(score)}, called
      ${called ? 'positive' : 'negative: missed'}
    </p>
    <div class="tiles">
      ${tiles.map(
        tile =>
          html`<div class="tile">
            <img src="${new Html(tile.dataUri)}" alt="${tile.title}" />${tile.title}${
              tile.iou90 === undefined ? undefined : html` <b>${decimals(tile.iou90)}</b>`
            }
          </div>`,
      )}
    </div>
  </div>`;
}
