import type { DataSet } from '../data-set';
import { Drawings } from './drawings';
import {
  colourOf,
  contradiction,
  isReferenceTo,
  itemsUpTo,
  most,
  notFinite,
  notOfFilm,
  numbersOf,
} from './reading';
import { words } from './words';
import { shapeOf } from './shapes';
import type { Colour, Film, OtherResult } from './types';

/**
 * Graphics and texts that a presentation state has for the image. Its window, shutters and turns are of how the whole image is
 * shown, which the viewer keeps to itself.
 */
export function graphicsOf(dataSet: DataSet, film: Film): OtherResult {
  const series = itemsUpTo(dataSet, 'x00081115', most.items);
  const named = series.flatMap(one => itemsUpTo(one, 'x00081140', most.items));
  if (!named.some(reference => isReferenceTo(reference, film))) throw notOfFilm();
  const toPixels = placing(dataSet, film);
  const layers = itemsUpTo(dataSet, 'x00700060', most.items);
  const drawings = new Drawings();
  for (const annotation of itemsUpTo(dataSet, 'x00700001', most.items)) {
    if (!isFor(annotation, film)) continue;
    const name = annotation.string('x00700002') ?? '';
    const layer = layers.find(one => one.string('x00700002') === name);
    const label = words(layer?.string('x00700068')) || words(name);
    const colour = (index: number): Colour => colourOf(layer, 'x00700401', index);
    for (const graphic of itemsUpTo(annotation, 'x00700009', most.shapes)) {
      const data = numbersOf(graphic, 'x00700022', 'FL');
      const count = graphic.uint16('x00700021');
      if ((graphic.uint16('x00700020') ?? 2) !== 2 || (count !== undefined && data.length !== 2 * count))
        throw contradiction('a graphic with another number of points than it states');
      const points = toPixels(graphic.string('x00700005'), data);
      const isFilled = graphic.string('x00700024') === 'Y';
      const shape = points && shapeOf(graphic.string('x00700023') ?? '', points, isFilled);
      if (shape) drawings.add(label, colour, shape);
      else drawings.skip();
    }
    for (const text of itemsUpTo(annotation, 'x00700008', most.shapes)) {
      const isAnchored = text.elements.x00700014 !== undefined;
      const corner = numbersOf(text, isAnchored ? 'x00700014' : 'x00700010', 'FL');
      const at = toPixels(text.string(isAnchored ? 'x00700004' : 'x00700003'), corner);
      if (!corner.every(Number.isFinite)) throw notFinite();
      if (at?.length === 2)
        drawings.add(label, colour, { x: at[0], y: at[1], text: words(text.string('x00700006')) });
      else drawings.skip();
    }
    // Rulers, arrows and axes of their own kind (PS3.3 C.10.5.1.3).
    for (const _ of itemsUpTo(annotation, 'x00700209', most.shapes)) drawings.skip();
  }
  return drawings.result();
}

/** Whether an item with references of its own is for the image; one without is for all. */
function isFor(item: DataSet, film: Film): boolean {
  const references = itemsUpTo(item, 'x00081140', most.items);
  return references.length === 0 || references.some(reference => isReferenceTo(reference, film));
}

/** Makes pixels of coordinates: of DISPLAY ones by the displayed area, which is not known where the image is turned. */
function placing(dataSet: DataSet, film: Film) {
  const isTurned = (dataSet.uint16('x00700042') ?? 0) !== 0 || dataSet.string('x00700041') === 'Y';
  const area = itemsUpTo(dataSet, 'x0070005a', most.items).find(one => isFor(one, film));
  const [left, top] = numbersOf(area, 'x00700052', 'SL');
  const [right, bottom] = numbersOf(area, 'x00700053', 'SL');
  return (units: string | undefined, data: readonly number[]): number[] | undefined => {
    if (units === 'PIXEL') return [...data];
    if (units !== 'DISPLAY' || isTurned || bottom === undefined || top === undefined) return undefined;
    // The first pixel is 1\1, and its edge 0\0.
    return data.map((value, i) =>
      i % 2 === 0 ? left - 1 + value * (right - left + 1) : top - 1 + value * (bottom - top + 1),
    );
  };
}
