import * as tf from '@tensorflow/tfjs';
import { version } from '../../package.json';
import { commandText, recordedOptions } from '../io/options';
import type { Evaluation } from './evaluation';
import { hasSides } from './answers';
import { evaluationOptions, type EvaluateOptions } from './options';
import type { CaseRecord } from './records';
import type { Provenance } from './results';

/** What figures were made of, and by what. */
export function provenance({ options, card, set, content, plan, records, summary }: Evaluation): Provenance {
  const withTruth = records.filter(record => record.truthShare !== undefined);
  const patients = (list: readonly CaseRecord[]): number => new Set(list.map(record => record.patient)).size;
  const { id, title, files } = card;
  const operatingPoint = hasSides(summary.decidedBy) ? summary.decidedBy.operatingPoint : undefined;
  return {
    createdAt: new Date().toISOString(),
    command: commandLine(options),
    model: { id, version: card.version, title, operatingPoint, files },
    data: {
      description: set.description,
      sha256: set.hash,
      contentSha256: content,
      truth: options.phantoms === undefined ? (options.masks === undefined ? 'boxes' : 'masks') : 'phantoms',
      images: records.length,
      patients: patients(records),
      ...(hasSides(summary.decidedBy) && { positives: records.filter(record => record.label === 1).length }),
      withTruth: withTruth.length,
      patientsWithTruth: patients(withTruth),
      leftOut: set.leftOut,
    },
    software: {
      explain: version,
      tfjs: tf.version_core,
      backend: options.backend,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    options: {
      ...recordedOptions(evaluationOptions, options),
      split: options.data ? options.split : undefined,
      slowImages: plan.slowCases.length,
      deletionInsertion: options.deletionInsertion || undefined,
    },
  };
}

/** The command that makes these figures again, without the folders of this machine. */
export function commandLine(options: EvaluateOptions): string {
  const counts = (name: string): boolean => name !== 'split' || options.data !== undefined;
  return `explain evaluate ${commandText(evaluationOptions, options, counts)}`;
}
