import { manufacturer, readCautions, readParameters } from './common';
import { PARAMETRIC_MAP } from './sop-classes';
import type { Attributes, ExplanationFigures, ExplanationSettings, ModelIdentity } from './types';
import { textOf } from './values';

/** What a stored parametric map says of the explanation that it holds. */
export interface StoredMap {
  sopInstanceUid: string;
  /** The explained image, and its frame where it has several. */
  sourceInstanceUid: string;
  frame?: number;
  model: Omit<ModelIdentity, 'title'>;
  settings: Omit<ExplanationSettings, 'methodTitle'>;
  figures: ExplanationFigures;
  /** Reasons for caution with the image, as they were told when it was explained. */
  cautions: string[];
  /** Date and time of the explanation (DICOM DA and TM). */
  created: { date: string; time: string };
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
  const values = readParameters(textOf(attributes, 'DerivationDescription'));
  const [source] = itemsOf(attributes.SourceImageSequence);
  const sourceInstanceUid = source ? textOf(source, 'ReferencedSOPInstanceUID') : '';
  const [score, operatingPoint] = [Number(values.score), Number(values.operatingPoint)];
  const isComplete = values.model && values.version && values.method && sourceInstanceUid;
  if (!isComplete || !Number.isFinite(score) || !Number.isFinite(operatingPoint)) return undefined;
  const frame = Number(textOf(source, 'ReferencedFrameNumber'));
  return {
    sopInstanceUid: textOf(attributes, 'SOPInstanceUID'),
    sourceInstanceUid,
    ...(frame > 0 && { frame }),
    model: {
      id: values.model,
      version: values.version,
      weightsSha256: values.weights ?? '',
      classes: [values.class0 ?? '', values.class1 ?? ''],
      operatingPoint,
    },
    settings: {
      methodId: values.method,
      generator: values.generator,
      augment: Number(values.augment) || 0,
      seed: Number(values.seed) || 0,
      backend: values.backend ?? '',
    },
    figures: {
      score,
      decision: score > operatingPoint ? 1 : 0,
      scoreSimilar: optionalNumber(values.scoreSimilar),
      scoreAdversarial: optionalNumber(values.scoreAdversarial),
      hold: optionalBoolean(values.hold),
      flip: optionalBoolean(values.flip),
    },
    cautions: readCautions(textOf(attributes, 'ImageComments')),
    created: { date: textOf(attributes, 'ContentDate'), time: textOf(attributes, 'ContentTime') },
  };
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}

function optionalBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}

/** Items of a sequence; libraries give a sequence of one item as the item itself. */
function itemsOf(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Attributes => typeof item === 'object' && item !== null);
}
