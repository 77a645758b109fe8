import { sha256Hex } from '../models/hash';
import type { Exam } from './types';

type ManifestExam = Pick<Exam, 'image' | 'label' | 'findings' | 'quality' | 'split'>;

/**
 * The split manifest as text: what was in which split, one line an image.
 *
 * @param privateNames replaces each name by its hash
 */
export function splitManifest(exams: readonly ManifestExam[], privateNames = false): string {
  const name = privateNames ? nameHash : (image: string): string => image;
  const rows = exams.map(
    e => `${name(e.image)},${e.findings?.join('|') ?? e.label ?? ''},${e.quality},${e.split}`,
  );
  return `image,label,quality,split\n${rows.join('\n')}\n`;
}

/** SHA-256 of the split manifest with the images' own names. */
export function splitManifestHash(exams: readonly ManifestExam[]): string {
  return sha256Hex(new TextEncoder().encode(splitManifest(exams)));
}

/** Stands for a name in what is passed on: the first 24 digits of its SHA-256. */
export function nameHash(name: string): string {
  return sha256Hex(new TextEncoder().encode(name)).slice(0, 24);
}
