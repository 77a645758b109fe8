import dcmjs from 'dcmjs';
import { EXPLICIT_LITTLE_ENDIAN } from '../dicom/write';

/** What was queried, as PS3.15 A.5.3.10 has it told. */
export interface QueriedSop {
  sopClassUid: string;
  /** The query as a data set, in {@link transferSyntaxUid}. */
  dataset: Uint8Array;
  transferSyntaxUid: string;
}

/** Study Root Query/Retrieve Information Model - FIND (PS3.4 C.6.2): PS3.18 10.6 maps searches to its attributes and matching. */
const STUDY_ROOT_FIND = '1.2.840.10008.5.1.4.1.2.2.1';
/** Unified Procedure Step - Pull (PS3.4 CC.2). */
const UPS_PULL = '1.2.840.10008.5.1.4.34.6.3';

/** Of a search how many matches are sent, which is no matching. */
const paging: ReadonlySet<string> = new Set(['limit', 'offset', 'includefield', 'fuzzymatching']);
/** Resources in the order of the unique keys that stand after them. */
const levels = [
  ['studies', 'STUDY', 'StudyInstanceUID'],
  ['series', 'SERIES', 'SeriesInstanceUID'],
  ['instances', 'IMAGE', 'SOPInstanceUID'],
] as const;

/**
 * A request of QIDO-RS, of metadata (all unique keys given) or of UPS-RS as the query of the same service over DIMSE.
 *
 * @param path below the service, with the search after `?`
 */
export function queriedSop(path: string): QueriedSop {
  const [resource, search = ''] = path.split('?');
  const segments = resource.split('/');
  const keys: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) if (!paging.has(name)) keys[name] = value;
  const isWorklist = segments[0] === 'workitems';
  if (isWorklist) {
    if (segments[1] !== undefined) keys.SOPInstanceUID = segments[1];
  } else {
    for (const [name, level, key] of levels) {
      const at = segments.indexOf(name);
      if (at < 0) continue;
      keys.QueryRetrieveLevel = level;
      if (segments[at + 1] !== undefined) keys[key] = segments[at + 1];
    }
  }
  return {
    sopClassUid: isWorklist ? UPS_PULL : STUDY_ROOT_FIND,
    dataset: datasetOf(keys),
    transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN,
  };
}

/** Explicit VR little endian, of elements whose lengths have 16 bits: the dictionary's text, date and UID attributes. */
function datasetOf(keys: Readonly<Record<string, string>>): Uint8Array {
  const { nameMap } = dcmjs.data.DicomMetaDictionary;
  // oxlint-disable-next-line no-control-regex -- what is no ASCII is written in UTF-8
  const isAscii = Object.values(keys).every(value => /^[\x00-\x7f]*$/.test(value));
  const all = isAscii ? keys : { ...keys, SpecificCharacterSet: 'ISO_IR 192' };
  const elements = Object.entries(all).flatMap(([keyword, value]) => {
    const entry = Object.hasOwn(nameMap, keyword) ? nameMap[keyword] : undefined;
    if (!entry) return [];
    return [{ tag: entry.tag.replace(/[(),]/g, ''), bytes: elementOf(entry, value) }];
  });
  elements.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return Buffer.concat(elements.map(({ bytes }) => bytes));
}

function elementOf({ tag, vr }: { tag: string; vr: string }, text: string): Buffer {
  const value = Buffer.from(text);
  const padding = value.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  const [group, element] = tag.replace(/[()]/g, '').split(',');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(Number.parseInt(group, 16), 0);
  head.writeUInt16LE(Number.parseInt(element, 16), 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length + padding.length, 6);
  return Buffer.concat([head, value, Buffer.from(padding)]);
}
