import dicomParser from 'dicom-parser';
import { readFileSync } from 'node:fs';

/** The UIDs by which a DICOM file is asked for. */
export interface Uids {
  study: string;
  series: string;
  instance: string;
}

/** Whether high values are bright or dark, as a file's header says. */
export function photometricOf(file: string): string | undefined {
  return dicomParser.parseDicom(readFileSync(file), { untilTag: 'x7fe00010' }).string('x00280004')?.trim();
}

/** Reads a file's UIDs. */
export function uidsOf(file: string): Uids {
  const dataset = dicomParser.parseDicom(readFileSync(file), { untilTag: 'x7fe00010' });
  return {
    study: dataset.string('x0020000d') ?? '',
    series: dataset.string('x0020000e') ?? '',
    instance: dataset.string('x00080018') ?? '',
  };
}
