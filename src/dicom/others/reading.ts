import type { DataSet } from '../data-set';
import { DicomImageError } from '../errors';
import { words } from './words';
import type { Colour, Film } from './types';

/** More than any radiograph’s result has; what has more was not made for people to look at. */
export const most = { frames: 4096, layers: 64, shapes: 2000, points: 200_000, items: 20_000 };

/** @param what attributes that contradict each other */
export function contradiction(what: string): DicomImageError {
  return new DicomImageError('damaged', `The object contradicts itself: ${what}.`);
}

export function tooMany(limit: number): DicomImageError {
  return new DicomImageError(
    'damaged',
    `The object holds far more than can be shown over one image (more than ${limit}); nothing of it is shown.`,
  );
}

export function notFinite(): DicomImageError {
  return new DicomImageError('damaged', 'The object holds values that are not finite.');
}

export function nothingToShow(): DicomImageError {
  return new DicomImageError('no-pixels', 'The object holds nothing that can be shown over an image.');
}

export function notOfFilm(): DicomImageError {
  return new DicomImageError('damaged', 'The object does not refer to this image.');
}

/** Items of a sequence, no more than a limit. @throws DicomImageError when there are more */
export function itemsUpTo(dataSet: DataSet, tag: string, limit: number): DataSet[] {
  const items: DataSet[] = [];
  for (const item of dataSet.items(tag)) {
    if (items.length === limit) throw tooMany(limit);
    items.push(item);
  }
  return items;
}

/** Code Meaning of a code sequence. */
export function meaningOf(dataSet: DataSet | undefined, tag: string): string {
  return words(dataSet?.firstItem(tag)?.string('x00080104'));
}

/** Code Value and scheme of a code sequence, e.g. `121071 DCM`. */
export function codeOf(dataSet: DataSet | undefined, tag: string): string {
  const code = dataSet?.firstItem(tag);
  return code ? `${code.string('x00080100') ?? ''} ${code.string('x00080102') ?? ''}` : '';
}

/** Values of an attribute of VR FL, FD, SL, SS or US. */
export function numbersOf(dataSet: DataSet | undefined, tag: string, vr: keyof typeof readers): number[] {
  const bytes = dataSet?.bytes(tag);
  if (!dataSet || !bytes) return [];
  const { size, read } = readers[vr];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    read(view, i * size, dataSet.littleEndian),
  );
}

const readers = {
  FL: { size: 4, read: (view: DataView, at: number, le: boolean) => view.getFloat32(at, le) },
  FD: { size: 8, read: (view: DataView, at: number, le: boolean) => view.getFloat64(at, le) },
  SL: { size: 4, read: (view: DataView, at: number, le: boolean) => view.getInt32(at, le) },
  SS: { size: 2, read: (view: DataView, at: number, le: boolean) => view.getInt16(at, le) },
  US: { size: 2, read: (view: DataView, at: number, le: boolean) => view.getUint16(at, le) },
} as const;

/** Whether a reference (SOP Instance and frames, where it names any) is one to the image. */
export function isReferenceTo(item: DataSet, { sopInstanceUid, frame }: Film): boolean {
  if (item.string('x00081155') !== sopInstanceUid) return false;
  const frames = item.string('x00081160');
  return frame === undefined || frames === undefined || frames.split('\\').map(Number).includes(frame);
}

/** Colours where an object recommends none; told from each other by readers without one kind of cones too (Okabe and Ito). */
const colours: readonly Colour[] = [
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
  [230, 159, 0],
  [213, 94, 0],
];

/** Colour of a CIELab value as DICOM writes it (PS3.3 C.10.7.1.1), sRGB; of its own for each index where there is none. */
export function colourOf(dataSet: DataSet | undefined, tag: string, index: number): Colour {
  const lab = numbersOf(dataSet, tag, 'US');
  return lab.length === 3 ? fromCieLab(lab) : colours[index % colours.length];
}

/** L* 0 to 100, a* and b* −128 to 127, each as 0 to 65535; white point D50, as a profile connection space. */
function fromCieLab([l, a, b]: readonly number[]): Colour {
  const y = ((l / 65535) * 100 + 16) / 116;
  const x = y + ((a / 65535) * 255 - 128) / 500;
  const z = y - ((b / 65535) * 255 - 128) / 200;
  const back = (t: number): number => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29));
  const [X, Y, Z] = [0.9642 * back(x), back(y), 0.8249 * back(z)];
  // Bradford-adapted to D65.
  const linear = [
    3.1338561 * X - 1.6168667 * Y - 0.4906146 * Z,
    -0.9787684 * X + 1.9161415 * Y + 0.033454 * Z,
    0.0719453 * X - 0.2289914 * Y + 1.4052427 * Z,
  ];
  const [red, green, blue] = linear.map(value => {
    const within = Math.min(1, Math.max(0, value));
    return Math.round(255 * (within <= 0.0031308 ? 12.92 * within : 1.055 * within ** (1 / 2.4) - 0.055));
  });
  return [red, green, blue];
}
