import { sha256Hex } from '../models/hash';
import type { DatasetFormat, Exam } from './types';

type ManifestExam = Pick<Exam, 'image' | 'label' | 'findings' | 'quality' | 'split'>;

/**
 * The split manifest as text: what was in which split, one line an image.
 *
 * @param privateNames which names are replaced by their hashes: all, none, or as it says
 * @param checksums CRC-32 of each prepared plane, for a column `pixels`: names alone may be those of other films
 */
export function splitManifest(
  exams: readonly ManifestExam[],
  privateNames: DatasetFormat['privateNames'] = false,
  checksums?: readonly (number | undefined)[],
): string {
  const isPrivate = typeof privateNames === 'function' ? privateNames : (): boolean => privateNames;
  const name = (image: string): string => (isPrivate(image) ? nameHash(image) : image);
  const rows = exams.map((e, index) =>
    [
      name(e.image),
      e.findings?.join('|') ?? e.label ?? '',
      e.quality,
      e.split,
      ...(checksums ? [pixelMark(checksums[index]) ?? ''] : []),
    ].join(','),
  );
  return `image,label,quality,split${checksums ? ',pixels' : ''}\n${rows.join('\n')}\n`;
}

/** The checksum of a prepared plane as a manifest holds it; undefined where there is none. */
export function pixelMark(checksum: number | undefined): string | undefined {
  return checksum?.toString(16).padStart(8, '0');
}

/** SHA-256 of the split manifest with the images' own names. */
export function splitManifestHash(exams: readonly ManifestExam[]): string {
  return sha256Hex(new TextEncoder().encode(splitManifest(exams)));
}

/** Stands for a name in what is passed on: the first 24 digits of its SHA-256. */
export function nameHash(name: string): string {
  return sha256Hex(new TextEncoder().encode(name)).slice(0, 24);
}
