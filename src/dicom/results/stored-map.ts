import { decideBy, type Decision } from '../../models/decision';
import type { Stability } from '../../models/stability';
import { manufacturer } from '../own-objects';
import { readCautions, readParameters } from './common';
import { PARAMETRIC_MAP } from './sop-classes';
import type { Attributes, StoredMap } from './types';
import { itemsOf, textOf } from './values';

/**
 * Recognises a parametric map that says that this project wrote it. Whether that is so is another matter (`faultOfFigures`).
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
  const classes = readClasses(values);
  const decision = readDecision(values, classes.length);
  if (!values.model || !values.version || !values.method || !sourceInstanceUid || !decision) return undefined;
  const frame = Number(textOf(source, 'ReferencedFrameNumber'));
  const figures = {
    decision,
    decisionSimilar: readGenerated(values, 'Similar', decision),
    decisionAdversarial: readGenerated(values, 'Adversarial', decision),
    hold: optionalBoolean(values.hold),
    ...(values.similarIsOriginal === 'true' && { similarIsOriginal: true as const }),
    flip: optionalBoolean(values.flip),
  };
  return {
    sopInstanceUid: textOf(attributes, 'SOPInstanceUID'),
    sourceInstanceUid,
    ...(frame > 0 && { frame }),
    model: {
      id: values.model,
      version: values.version,
      weightsSha256: values.weights ?? '',
      classes,
      ...(decision.kind === 'operating-point' && { operatingPoint: decision.operatingPoint }),
    },
    settings: {
      methodId: values.method,
      ...(decision.kind === 'labels' && { label: values.finding ?? classes[decision.label] }),
      generator: values.generator,
      augment: Number(values.augment) || 0,
      seed: Number(values.seed) || 0,
      backend: values.backend ?? '',
    },
    figures,
    stability: readStability(values),
    stated: [values.decision, values.decisionSimilar, values.decisionAdversarial],
    cautions: readCautions(textOf(attributes, 'ImageComments')),
    created: { date: textOf(attributes, 'ContentDate'), time: textOf(attributes, 'ContentTime') },
    software: /^explain (\S+)$/.exec(textOf(attributes, 'SoftwareVersions'))?.[1],
  };
}

type Values = Readonly<Record<string, string>>;

/** Names of the classes. Of many not all are stored, but their number is; other releases stored the names alone. */
function readClasses(values: Values): string[] {
  let named = 0;
  while (values[`class${named}`] !== undefined) named++;
  const count = Math.min(
    Math.max(values.label === undefined ? 2 : 1, numberIn(values.classes) ?? named),
    mostClasses,
  );
  return Array.from({ length: count }, (_, k) => values[`class${k}`] ?? `class ${k}`);
}

/** More than any classifier of films has; a number beyond it is a damaged one. */
const mostClasses = 10_000;

/** The decision: of a label or by an operating point where one is stored, else the likeliest of several classes. */
function readDecision(values: Values, classes: number): Decision | undefined {
  const [score, operatingPoint] = [numberIn(values.score), numberIn(values.operatingPoint)];
  if (score === undefined) return undefined;
  const label = numberIn(values.label);
  if (label !== undefined && operatingPoint !== undefined) {
    const isLabel = Number.isInteger(label) && label >= 0 && label < classes;
    return isLabel ? { ...decideBy(score, operatingPoint), kind: 'labels', label } : undefined;
  }
  if (operatingPoint !== undefined) return decideBy(score, operatingPoint);
  const decided = numberIn(values.decision);
  const isClass = decided !== undefined && Number.isInteger(decided) && decided >= 0 && decided < classes;
  return isClass && classes > 2 ? { kind: 'classes', score, decided } : undefined;
}

/** The decision for a generated image, as far as it is stored. */
function readGenerated(values: Values, name: string, original: Decision): Decision | undefined {
  const score = numberIn(values[`score${name}`]);
  if (score === undefined) return undefined;
  if (original.kind === 'operating-point') return decideBy(score, original.operatingPoint);
  if (original.kind === 'labels')
    return { ...decideBy(score, original.operatingPoint), kind: 'labels', label: original.label };
  const decided = numberIn(values[`decision${name}`]);
  return decided === undefined ? undefined : { kind: 'classes', score, decided };
}

/** How far the transforms agree; what is out of its range counts as not stored. */
function readStability(values: Values): Stability | undefined {
  const within = (text: string | undefined, least: number): number | undefined => {
    const value = numberIn(text);
    return value !== undefined && value >= least && value <= 1 ? value : undefined;
  };
  const correlation = within(values.stability, -1);
  if (correlation === undefined) return undefined;
  return {
    correlation,
    threshold: within(values.stabilityThreshold, -1),
    differing: within(values.stabilityDiffering, 0),
  };
}

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function optionalBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}
