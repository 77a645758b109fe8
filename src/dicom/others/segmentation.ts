import type { DataSet } from '../data-set';
import { framesOfFilm, segmentOf, type FilmFrames } from './frames';
import { rangeOf } from './parametric-map';
import { bits, wholeNumbers } from './pixels';
import { colourOf, contradiction, itemsUpTo, meaningOf, most, nothingToShow, tooMany } from './reading';
import { words } from './words';
import type { Colour, Film, OtherLayer } from './types';

interface Segment {
  number: number;
  label: string;
  colour: Colour;
}

/** Segments that mark something of the image: areas of binary and label map segmentations, shares of fractional ones. */
export function segmentLayers(dataSet: DataSet, film: Film): OtherLayer[] {
  const frames = framesOfFilm(dataSet, film);
  const segments = segmentsOf(dataSet);
  const type = dataSet.string('x00620001');
  if (type === 'LABELMAP') return labelled(dataSet, frames, segments);
  if (type !== 'BINARY' && type !== 'FRACTIONAL')
    throw contradiction('its Segmentation Type is none of BINARY, FRACTIONAL and LABELMAP');
  const { rows, columns } = frames;
  const layers = segments.flatMap(({ number, label, colour }): OtherLayer[] => {
    const own = frames.frames.filter(frame => (segmentOf(frame) ?? segments[0].number) === number);
    if (own.length === 0) return [];
    if (type === 'BINARY') {
      const mask = joined(own.map(({ index }) => bits(dataSet, frames, index)));
      return [{ kind: 'area', label, colour, rows, columns, mask }];
    }
    const most = dataSet.uint16('x0062000e') ?? 0;
    if (most === 0) throw contradiction('a fractional segmentation without Maximum Fractional Value');
    const shares = own.map(({ index }) => wholeNumbers(dataSet, frames, index));
    if (shares.some(values => values.some(value => value > most)))
      throw contradiction('values above Maximum Fractional Value');
    const values = Float32Array.from(joined(shares), value => value / most);
    return [{ kind: 'map', label, unit: '', rows, columns, values, ...rangeOf(values) }];
  });
  if (layers.length === 0) throw contradiction('no frame is of a segment that it lists');
  return layers;
}

/** The larger of the values of several frames. */
function joined<T extends Uint8Array<ArrayBuffer> | Int32Array>([first, ...others]: readonly T[]): T {
  for (const other of others)
    for (let i = 0; i < first.length; i++) if (other[i] > first[i]) first[i] = other[i];
  return first;
}

/** Areas of one frame whose pixels are numbers of segments. */
function labelled(dataSet: DataSet, frames: FilmFrames, segments: readonly Segment[]): OtherLayer[] {
  const { rows, columns } = frames;
  const planes = frames.frames.map(({ index }) => wholeNumbers(dataSet, frames, index));
  const layers = segments
    .filter(({ number }) => number !== 0 && planes.some(plane => plane.includes(number)))
    .map(({ number, label, colour }): OtherLayer => {
      const mask = joined(planes.map(plane => Uint8Array.from(plane, value => Number(value === number))));
      return { kind: 'area', label, colour, rows, columns, mask };
    });
  if (layers.length === 0) throw nothingToShow();
  return layers;
}

function segmentsOf(dataSet: DataSet): Segment[] {
  const items = itemsUpTo(dataSet, 'x00620002', 65_535);
  if (items.length > most.layers) throw tooMany(most.layers);
  if (items.length === 0) throw contradiction('it lists no segments');
  return items.map((item, i) => {
    const number = item.uint16('x00620004') ?? i + 1;
    const label = words(item.string('x00620005')) || meaningOf(item, 'x0062000f') || String(number);
    return { number, label, colour: colourOf(item, 'x0062000d', i) };
  });
}
