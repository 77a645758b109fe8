import type { DataSet } from '../data-set';
import { framesOfFilm, type FilmFrame } from './frames';
import { realValues } from './pixels';
import { contradiction, meaningOf, most, numbersOf, tooMany } from './reading';
import { words } from './words';
import type { Film, OtherLayer } from './types';

/** Maps of the image: one a frame that is of it. */
export function mapLayers(dataSet: DataSet, film: Film): OtherLayer[] {
  const found = framesOfFilm(dataSet, film);
  const { rows, columns, frames } = found;
  if (frames.length > most.layers) throw tooMany(most.layers);
  return frames.map((frame, i) => {
    const { slope, intercept, unit, name } = mappingOf(frame);
    const values = realValues(dataSet, found, frame.index, { slope, intercept });
    const label = name || words(dataSet.string('x0008103e')) || `${i + 1}`;
    return {
      kind: 'map',
      label: frames.length > 1 && !name ? `${label} ${i + 1}` : label,
      unit,
      rows,
      columns,
      values,
      ...rangeOf(values),
    };
  });
}

/** What the values stand for (PS3.3 C.7.6.16.2.11): the first mapping; without one, as stored. */
function mappingOf({ group }: FilmFrame): { slope: number; intercept: number; unit: string; name: string } {
  const mapping = group('x00409096');
  const [slope = 1] = numbersOf(mapping, 'x00409225', 'FD');
  const [intercept = 0] = numbersOf(mapping, 'x00409224', 'FD');
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || slope === 0)
    throw contradiction('a real world value mapping without a usable slope');
  const quantity = mapping?.firstItem('x00409220');
  return {
    slope,
    intercept,
    unit: unitOf(mapping),
    name: meaningOf(quantity, 'x0040a168') || words(mapping?.string('x00283003')),
  };
}

function unitOf(mapping: DataSet | undefined): string {
  const unit = words(mapping?.firstItem('x004008ea')?.string('x00080100'));
  return unit === '1' ? '' : unit;
}

/** Of all that is stated; 0 to 0 where nothing is. */
export function rangeOf(values: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return low > high ? { low: 0, high: 0 } : { low, high };
}
