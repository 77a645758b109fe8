import dcmjs from 'dcmjs';

/** Value representations that the dictionary leaves open; those that depend on the pixels' sign are read as words. */
const open: Readonly<Record<string, string>> = { ox: 'OW', lt: 'OW', xs: 'US', up: 'UL', na: 'UN' };

/** What is looked up again and again, for every file of a folder. */
const known = new Map<string, string | undefined>();

/**
 * The value representation of a standard attribute (PS3.6), undefined for a private or unknown one.
 *
 * @param tag eight hexadecimal digits
 */
export function dictionaryVr(tag: string): string | undefined {
  if (known.has(tag)) return known.get(tag);
  const entry =
    dcmjs.data.DicomMetaDictionary.dictionary[`(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase()];
  const vr = entry && (open[entry.vr] ?? entry.vr);
  const isPrivate = parseInt(tag[3], 16) % 2 === 1;
  // A damaged file may make up any number of tags.
  if (known.size < 20_000) known.set(tag, isPrivate ? undefined : vr);
  return isPrivate ? undefined : vr;
}
