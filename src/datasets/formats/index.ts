import { cxr } from './cxr';
import { cxrFindings } from './cxr-findings';
import { dicom } from './dicom';
import { nih } from './nih';
import { rsna } from './rsna';
import type { DatasetFormat } from '../types';

/** Every layout of a data folder that `--format` knows; the first is the default. */
export const datasetFormats: readonly DatasetFormat[] = [cxr, cxrFindings, rsna, nih, dicom];
