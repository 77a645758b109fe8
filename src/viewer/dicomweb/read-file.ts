import dcmjs from 'dcmjs';
import type { DataSet } from '../../dicom/data-set';
import type { DicomImageError } from '../../dicom/errors';
import { parseFile, parseWhatIsThere } from '../../dicom/parse';
import { readElements, readShortElements, type ReadElements } from '../../dicom/values';
import { explicitLittleEndian } from './transfer-syntax';

// dcmjs tells of values that it had to mend; those could name a patient.
dcmjs.log.setLevel('silent');
dcmjs.log.getLogger('validation.dcmjs').setLevel('silent');

/** What a file holds before its pixel data, and where those lie. */
export interface ReadDicom {
  dataSet: DataSet;
  /** Why the file can't be read up to the pixel data; the data set has what comes before the fault. */
  fault?: DicomImageError;
}

/**
 * Reads everything before the pixel data, as every other part of this project does.
 *
 * @param bytes a DICOM file, or its beginning
 * @throws DicomImageError where the file is damaged or ends before the pixel data
 */
export function readBeforePixels(bytes: Uint8Array): ReadDicom {
  return { dataSet: parseFile(bytes, { untilPixels: true }) };
}

/**
 * Reads what comes before the pixel data, of a damaged file the elements before the damage.
 *
 * @param options `untilPixels: false`: look at what follows as well, so that the data set's cautions are all there are
 * @throws DicomImageError for what is no DICOM file
 */
export function readWhatIsIntact(bytes: Uint8Array, options = { untilPixels: true }): ReadDicom {
  return parseWhatIsThere(bytes, options);
}

/** All elements before the pixel data by tag, with their values; file meta information is not among them. */
export function elementsOf({ dataSet }: ReadDicom): ReadElements {
  return betweenMetaAndPixels(readElements(dataSet));
}

/** As {@link elementsOf}, without sequences and without values of more than `longest` bytes. */
export function shortElementsOf({ dataSet }: ReadDicom, longest: number): ReadElements {
  return betweenMetaAndPixels(readShortElements(dataSet, longest));
}

const pixelData = '7FE00010';

function betweenMetaAndPixels(elements: ReadElements): ReadElements {
  const all = Object.entries(elements);
  return Object.fromEntries(all.filter(([tag]) => !tag.startsWith('0002') && tag < pixelData));
}

/** The transfer syntax that the file meta information names. */
export function syntaxOf(dataSet: DataSet): string {
  return dataSet.string('x00020010') ?? explicitLittleEndian;
}

/** The tag of an attribute's keyword, e.g. `PatientName` → `00100010`; `undefined` for an unknown keyword. */
export function tagOfKeyword(keyword: string): string | undefined {
  const names = dcmjs.data.DicomMetaDictionary.nameMap;
  const tag = Object.hasOwn(names, keyword) ? names[keyword].tag : undefined;
  return tag?.replace(/[(),]/g, '').toUpperCase();
}
