import { DicomImageError } from '../errors';
import { parseFile } from '../parse';
import { concepts, type Code } from './codes';
import { manufacturer, readParameters } from './common';
import { PARAMETRIC_MAP } from './parametric-map';
import { COMPREHENSIVE_SR } from './report';
import type { Attributes, ExplanationFigures } from './types';
import { textOf } from './values';

/** What a stored parametric map says of the explanation that it holds. */
export interface StoredMap {
  sopInstanceUid: string;
  /** The explained image, and its frame where it has several. */
  sourceInstanceUid: string;
  frame?: number;
  model: { id: string; version: string };
  /** Settings by name: method, generator, augment, seed, backend, weights. */
  parameters: Readonly<Record<string, string>>;
  /** Date and time of the explanation (DICOM DA and TM). */
  created: { date: string; time: string };
}

/** Figures of a stored report, with the names it gives to what they mean. */
export interface StoredReport {
  /** SOP Instance UIDs of the image, segmentation, map and picture that it names. */
  references: string[];
  figures: ExplanationFigures;
  operatingPoint: number;
  /** Name of the class decided for. */
  finding: string;
}

/**
 * Recognises a parametric map that this project wrote.
 *
 * @param attributes naturalised attributes, as a viewer holds them
 * @returns undefined for every other object
 */
export function describeStoredMap(attributes: Attributes): StoredMap | undefined {
  if (textOf(attributes, 'SOPClassUID') !== PARAMETRIC_MAP) return undefined;
  if (textOf(attributes, 'Manufacturer') !== manufacturer) return undefined;
  const { model, version, ...parameters } = readParameters(textOf(attributes, 'DerivationDescription'));
  const [source] = itemsOf(attributes.SourceImageSequence);
  const sourceInstanceUid = source ? textOf(source, 'ReferencedSOPInstanceUID') : '';
  if (!model || !version || !sourceInstanceUid) return undefined;
  const frame = Number(textOf(source, 'ReferencedFrameNumber'));
  return {
    sopInstanceUid: textOf(attributes, 'SOPInstanceUID'),
    sourceInstanceUid,
    ...(frame > 0 && { frame }),
    model: { id: model, version },
    parameters,
    created: { date: textOf(attributes, 'ContentDate'), time: textOf(attributes, 'ContentTime') },
  };
}

/**
 * Reads the map out of a parametric map's file.
 *
 * @throws DicomImageError when the file is damaged or holds no map of its rows and columns
 */
export function readStoredMap(bytes: Uint8Array): { rows: number; columns: number; map: Float32Array } {
  const dataSet = parseFile(bytes);
  const [rows, columns] = [dataSet.uint16('x00280010') ?? 0, dataSet.uint16('x00280011') ?? 0];
  const element = dataSet.elements.x7fe00008;
  if (!element || rows === 0 || columns === 0)
    throw new DicomImageError('no-pixels', 'The parametric map holds no floating-point pixels.');
  if (element.length !== 4 * rows * columns || element.dataOffset + element.length > bytes.length) {
    throw new DicomImageError(
      'truncated',
      `The parametric map says ${columns} × ${rows} pixels but carries ${element.length} bytes of them. Fetch it again.`,
    );
  }
  const { byteArray } = dataSet;
  const view = new DataView(byteArray.buffer, byteArray.byteOffset + element.dataOffset, element.length);
  const map = new Float32Array(rows * columns);
  for (let i = 0; i < map.length; i++) map[i] = view.getFloat32(4 * i, true);
  return { rows, columns, map };
}

/**
 * Reads the figures of a report that this project wrote.
 *
 * @param attributes naturalised attributes, as a viewer holds them
 * @returns undefined for every other object, and for a report without a score
 */
export function readStoredReport(attributes: Attributes): StoredReport | undefined {
  if (textOf(attributes, 'SOPClassUID') !== COMPREHENSIVE_SR) return undefined;
  if (textOf(attributes, 'Manufacturer') !== manufacturer) return undefined;
  const items = allItems(attributes);
  const number = (concept: Code): number | undefined => {
    const [measured] = itemsOf(find(items, concept)?.MeasuredValueSequence);
    const value = measured
      ? Number(textOf(measured, 'FloatingPointValue') || textOf(measured, 'NumericValue'))
      : NaN;
    return Number.isFinite(value) ? value : undefined;
  };
  const code = (concept: Code): Attributes | undefined =>
    itemsOf(find(items, concept)?.ConceptCodeSequence)[0];
  const yes = (concept: Code): boolean | undefined => {
    const value = code(concept);
    return value && textOf(value, 'CodeValue') === concepts.yes.CodeValue;
  };
  const [score, operatingPoint] = [number(concepts.score), number(concepts.operatingPoint)];
  if (score === undefined || operatingPoint === undefined) return undefined;
  const finding = code(concepts.finding);
  return {
    references: items.flatMap(item =>
      itemsOf(item.ReferencedSOPSequence).map(reference => textOf(reference, 'ReferencedSOPInstanceUID')),
    ),
    figures: {
      score,
      decision: score > operatingPoint ? 1 : 0,
      scoreSimilar: number(concepts.similarScore),
      scoreAdversarial: number(concepts.adversarialScore),
      hold: yes(concepts.hold),
      flip: yes(concepts.flip),
    },
    operatingPoint,
    finding: finding ? textOf(finding, 'CodeMeaning') : '',
  };
}

function find(items: readonly Attributes[], concept: Code): Attributes | undefined {
  return items.find(item => {
    const [name] = itemsOf(item.ConceptNameCodeSequence);
    return (
      name !== undefined &&
      textOf(name, 'CodeValue') === concept.CodeValue &&
      textOf(name, 'CodingSchemeDesignator') === concept.CodingSchemeDesignator
    );
  });
}

/** The content tree's items, depth first. */
function allItems(attributes: Attributes): Attributes[] {
  return itemsOf(attributes.ContentSequence).flatMap(item => [item, ...allItems(item)]);
}

/** Items of a sequence; libraries give a sequence of one item as the item itself. */
function itemsOf(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Attributes => typeof item === 'object' && item !== null);
}
