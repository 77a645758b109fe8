import { concepts, dcm, sct } from './codes';
import {
  codeItem,
  container,
  evidence,
  imageItem,
  imageReference,
  languageItem,
  textItem,
  type Item,
} from './report-items';
import type { Reference, ResultContext } from './types';

/** What tells one measurement report from another. */
interface MeasurementReport {
  /** TID 1001: a person or a device. */
  observer: readonly Item[];
  /** The limits of use, in words. */
  notice: string;
  /** What else stands before the measurements. */
  remarks?: readonly Item[];
  /** Measurement groups. */
  groups: readonly Item[];
  /** Objects beside the image that the report refers to. */
  references: readonly Reference[];
}

/**
 * Document and content tree after TID 1500 "Measurement Report" (PS3.16) of one image, complete and unverified (PS3.3 C.17.2).
 *
 * @throws ResultError when the image lacks an identifier that it must refer to
 */
export function measurementReport(
  on: Pick<ResultContext, 'source' | 'frame'>,
  { observer, notice, remarks = [], groups, references }: MeasurementReport,
): Record<string, unknown> {
  return {
    InstanceNumber: '1',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CurrentRequestedProcedureEvidenceSequence: evidence(on.source, references),
    ...container(
      dcm('126000', 'Imaging Measurement Report'),
      undefined,
      [
        languageItem(),
        ...observer,
        codeItem(
          'HAS CONCEPT MOD',
          dcm('121058', 'Procedure reported'),
          sct('363680008', 'Radiographic imaging procedure'),
        ),
        textItem('CONTAINS', concepts.notice, notice),
        ...remarks,
        container(dcm('111028', 'Image Library'), 'CONTAINS', [
          container(dcm('126200', 'Image Library Group'), 'CONTAINS', [
            imageItem('CONTAINS', undefined, imageReference(on)),
          ]),
        ]),
        container(dcm('126010', 'Imaging Measurements'), 'CONTAINS', groups),
      ],
      '1500',
    ),
  };
}
