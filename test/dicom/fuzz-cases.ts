import { seededRandom } from '../../src/models/random';
import type { Seed } from './fuzz-seeds';

/** A damaged file and how it came about. */
export interface FuzzCase {
  name: string;
  bytes: Uint8Array;
}

type Random = () => number;
type Mutation = (bytes: Uint8Array, random: Random, seeds: readonly Seed[]) => Uint8Array;

/** Numbers that break sums, signs and allocations. */
const extremes = [0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xfffe, 0xffff];

/** Tags whose values steer sizes, decoders and tables (little endian, as they lie in most files). */
const steeringTags = [
  [0x0002, 0x0010],
  [0x0028, 0x0002],
  [0x0028, 0x0004],
  [0x0028, 0x0008],
  [0x0028, 0x0010],
  [0x0028, 0x0011],
  [0x0028, 0x0100],
  [0x0028, 0x0101],
  [0x0028, 0x0102],
  [0x0028, 0x0103],
  [0x0028, 0x0120],
  [0x0028, 0x3002],
  [0x7fe0, 0x0010],
].map(([group, element]) => [group & 255, group >> 8, element & 255, element >> 8]);

const syntaxes = [
  '',
  '.1',
  '.2',
  '.5',
  '.1.99',
  '.4.50',
  '.4.51',
  '.4.57',
  '.4.70',
  '.4.80',
  '.4.90',
  '.4.201',
];

const mutations: Record<string, Mutation> = {
  cut: (bytes, random) => bytes.slice(0, place(bytes, random)),
  bytes: (bytes, random) => change(bytes, random, (result, at) => (result[at] = Math.floor(random() * 256))),
  ones: (bytes, random) =>
    change(bytes, random, (result, at) => result.fill(0xff, at, at + 1 + Math.floor(random() * 4))),
  numbers: (bytes, random) => change(bytes, random, (result, at) => writeExtreme(result, at, random)),
  header: (bytes, random) => {
    const result = bytes.slice();
    for (let i = 0; i <= random() * 2; i++) {
      const at = indexOf(result, pick(steeringTags, random));
      // VR and length may go as well as the value.
      if (at >= 0) writeExtreme(result, at + 4 + 2 * Math.floor(random() * 4), random);
    }
    return result;
  },
  syntax: (bytes, random) => {
    const at = indexOf(bytes, [0x02, 0x00, 0x10, 0x00]);
    const length = bytes[at + 6];
    if (at < 0 || at + 8 + length > bytes.length) return bytes.slice();
    const uid = `1.2.840.10008.1.2${pick(syntaxes, random)}`.slice(0, length).padEnd(length, '\0');
    const result = bytes.slice();
    result.set(new TextEncoder().encode(uid), at + 8);
    return result;
  },
  remove: (bytes, random) => {
    const at = place(bytes, random);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(random() * 40)));
  },
  insert: (bytes, random) => {
    const at = place(bytes, random);
    const extra = Uint8Array.from({ length: 1 + Math.floor(random() * 40) }, () => random() * 256);
    return concat(bytes.subarray(0, at), extra, bytes.subarray(at));
  },
  repeat: (bytes, random) => {
    const at = place(bytes, random);
    const piece = bytes.subarray(at, at + Math.floor(random() * 400));
    return concat(bytes.subarray(0, at), piece, bytes.subarray(at));
  },
  splice: (bytes, random, seeds) => {
    const other = pick(seeds, random).bytes;
    return concat(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)));
  },
  pixels: (bytes, random) => {
    const start = Math.floor(bytes.length / 2);
    const result = bytes.slice();
    for (let i = 0; i <= random() * 30; i++) {
      result[start + Math.floor(random() * (bytes.length - start))] = Math.floor(random() * 256);
    }
    return result;
  },
};

/** Kinds of damage. */
export const mutationNames = Object.keys(mutations);
/** Damage that keeps lengths, and so gets as far as the decoders, is drawn more often. */
const drawn = [...mutationNames, ...['pixels', 'header', 'bytes'].flatMap(name => [name, name, name])];

/** Case number `index` of a run: always the same for the same seeds and number of the run. */
export function fuzzCase(seeds: readonly Seed[], run: number | string, index: number): FuzzCase {
  const random = seededRandom(`${run}/fuzz/${index}`);
  const seed = seeds[index % seeds.length];
  const names = Array.from({ length: random() < 0.7 ? 1 : 2 }, () => pick(drawn, random));
  const bytes = names.reduce((damaged, name) => mutations[name](damaged, random, seeds), seed.bytes);
  return { name: `${seed.name} ${names.join('+')}`, bytes };
}

/** Bytes that reading a file may allocate: what its compression could at most stand for. */
export function allocationLimit(bytes: Uint8Array): number {
  const blank = 1 << 20;
  const deflated = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(
    '1.2.840.10008.1.2.1.99',
  );
  const inflated = deflated ? Math.max(16 * 1024 * 1024, 200 * bytes.length) : 0;
  const pixels = Math.max(blank, 500 * bytes.length, inflated / 2);
  // Words, stored values, modality values, masks, and a codec's own copies.
  return 32 * pixels;
}

function place(bytes: Uint8Array, random: Random): number {
  return Math.min(bytes.length, 128 + Math.floor(random() * Math.max(1, bytes.length - 128)));
}

function change(
  bytes: Uint8Array,
  random: Random,
  write: (result: Uint8Array, at: number) => void,
): Uint8Array {
  const result = bytes.slice();
  for (let i = 0; i <= random() * 6; i++) write(result, place(result, random));
  return result;
}

function writeExtreme(bytes: Uint8Array, at: number, random: Random): void {
  const value = pick(extremes, random);
  if (at + 4 > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (random() < 0.5) view.setUint16(at, value, true);
  else view.setUint32(at, value * (random() < 0.5 ? 1 : 0x10001), true);
}

function indexOf(bytes: Uint8Array, pattern: readonly number[]): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(Uint8Array.from(pattern));
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)];
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
