import type { DataSet } from '../data-set';
import { integerOf } from '../number-strings';
import { LARGEST_IMAGE } from '../pixel-format';
import { DicomImageError } from '../errors';
import { contradiction, isReferenceTo, itemsUpTo, most, notOfFilm, numbersOf, tooMany } from './reading';
import type { Film } from './types';

/** Functional groups of one frame that is of the image (PS3.3 C.7.6.16). */
export interface FilmFrame {
  /** Index from 0. */
  index: number;
  /** A group of this frame, or the one that all share; undefined where neither has it. */
  group(tag: string): DataSet | undefined;
}

export interface FilmFrames {
  rows: number;
  columns: number;
  /** Of the whole object. */
  count: number;
  frames: FilmFrame[];
}

/**
 * The frames of an object that are of the image.
 *
 * @throws DicomImageError where none is, where they cannot lie over the image, or where there are absurdly many
 */
export function framesOfFilm(dataSet: DataSet, film: Film): FilmFrames {
  const rows = dataSet.uint16('x00280010') ?? 0;
  const columns = dataSet.uint16('x00280011') ?? 0;
  if (rows === 0 || columns === 0) throw contradiction('it states no Rows or Columns');
  if (rows * columns > LARGEST_IMAGE) throw tooMany(LARGEST_IMAGE);
  requireSameShape(rows, columns, film);
  const count = integerOf(dataSet.string('x00280008') ?? '1');
  if (!Number.isInteger(count) || count < 1)
    throw contradiction('its Number of Frames is no number from 1 on');
  if (count > most.frames) throw tooMany(most.frames);
  const perFrame = itemsUpTo(dataSet, 'x52009230', most.frames);
  if (perFrame.length > 0 && perFrame.length !== count)
    throw contradiction(`${count} frames, and functional groups of ${perFrame.length}`);
  const shared = dataSet.firstItem('x52009229');
  const isNamed = referencesAtTop(dataSet, film);
  const frames: FilmFrame[] = [];
  for (let index = 0; index < count; index++) {
    const group = (tag: string): DataSet | undefined =>
      perFrame[index]?.firstItem(tag) ?? shared?.firstItem(tag);
    const sources = sourcesOf(group('x00089124'));
    const isOfFilm =
      sources.length > 0 ? sources.some(source => isReferenceTo(source, film)) : isNamed === 'alone';
    if (!isOfFilm) continue;
    requireSamePlace(group, film);
    frames.push({ index, group });
  }
  if (frames.length === 0) throw notOfFilm();
  return { rows, columns, count, frames };
}

/** Source images that a Derivation Image item names. */
function sourcesOf(derivation: DataSet | undefined): DataSet[] {
  return derivation ? itemsUpTo(derivation, 'x00082112', most.items) : [];
}

/** Whether the object as a whole names the image: alone, where every frame without sources is of it, or among others. */
function referencesAtTop(dataSet: DataSet, film: Film): 'alone' | 'among-others' | undefined {
  const series = itemsUpTo(dataSet, 'x00081115', most.items);
  const named = [
    ...series.flatMap(one => itemsUpTo(one, 'x0008114a', most.items)),
    ...itemsUpTo(dataSet, 'x00082112', most.items),
    ...itemsUpTo(dataSet, 'x00081140', most.items),
  ];
  if (!named.some(reference => isReferenceTo(reference, film))) return undefined;
  const uids = new Set(named.map(reference => reference.string('x00081155')));
  return uids.size === 1 ? 'alone' : 'among-others';
}

/** A coarser or finer grid lies over the whole image, where both are as wide for their height to within a pixel of it. */
function requireSameShape(rows: number, columns: number, film: Film): void {
  const [y, x] = [film.rows / rows, film.columns / columns];
  if (Math.abs(columns * y - film.columns) <= y && Math.abs(rows * x - film.rows) <= x) return;
  throw new DicomImageError(
    'damaged',
    `The object has ${columns} × ${rows} pixels, the image ${film.columns} × ${film.rows}: they cannot be laid over each other.`,
  );
}

/** Where both state a place in space, it must be one. */
function requireSamePlace(group: FilmFrame['group'], film: Film): void {
  const position = decimals(group('x00209113'), 'x00200032');
  const orientation = decimals(group('x00209116'), 'x00200037');
  // The first pixel of a coarser grid has its centre up to half a pixel farther in.
  const spacing = decimals(group('x00289110'), 'x00280030');
  const near = 0.5 + Math.max(0, ...spacing.filter(Number.isFinite)) / 2;
  const differs = (a: readonly number[], b: readonly number[] | undefined, by: number): boolean =>
    a.length > 0 && b?.length === a.length && a.some((value, i) => !(Math.abs(value - b[i]) <= by));
  if (differs(position, film.position, near) || differs(orientation, film.orientation, 0.01))
    throw new DicomImageError('damaged', 'The object lies elsewhere in space than the image.');
}

function decimals(item: DataSet | undefined, tag: string): number[] {
  return (item?.string(tag) ?? '').split('\\').flatMap(text => (text.trim() === '' ? [] : [Number(text)]));
}

/** Number of the segment that a frame is of. */
export function segmentOf({ group }: FilmFrame): number | undefined {
  return numbersOf(group('x0062000a'), 'x0062000b', 'US')[0];
}
