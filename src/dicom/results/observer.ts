import { concepts, dcm } from './codes';
import { codeItem, nameItem, textItem, type Item } from './report-items';
import { cut } from './values';

/** What a Person Name must not hold (PS3.5 6.2.1): its own delimiters, and control characters. */
// eslint-disable-next-line no-control-regex
const noName = /[\\=\0-\x1f\x7f]+/g;

/** Name or code of a reader as a Person Name of one group; at most 64 characters. */
export function personName(reader: string): string {
  return cut(reader.replace(noName, ' ').trim(), 64);
}

/**
 * The observer is a person (PS3.16 TID 1001, 1003), in the role of a reader (CID 7453).
 *
 * @param reader name, or code in the place of one
 * @param code identifier within that role, where the reader is known by it alone
 */
export function personObserver(reader: string, code?: string): Item[] {
  const context = 'HAS OBS CONTEXT';
  return [
    codeItem(context, dcm('121005', 'Observer Type'), dcm('121006', 'Person')),
    nameItem(context, dcm('121008', 'Person Observer Name'), personName(reader)),
    codeItem(context, dcm('121011', "Person Observer's Role in this Procedure"), concepts.reader),
    ...(code === undefined
      ? []
      : [textItem(context, dcm('128775', "Identifier within Person Observer's Role"), cut(code, 64))]),
  ];
}
