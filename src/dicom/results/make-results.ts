import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { commonAttributes } from './common';
import type { NativeExplanation, PercentileMask } from './definition';
import { nameObjects, type ResultObject, type ResultSelection } from './name-results';
import { resultObject } from './objects';
import type { ResultContext } from './types';

/**
 * Makes the selected objects of one explanation, in the order of the list. Where the map marks nothing, those that show its
 * marks are left out, and the report says so.
 *
 * @throws ResultError where such objects alone are selected and the map marks nothing
 */
export function makeResults(
  context: ResultContext,
  explanation: NativeExplanation,
  selection: ResultSelection,
): ResultObject[] {
  const selected = selection.kinds.map(resultObject);
  // Made once: the report refers to as many segments as the segmentation has.
  const masks: PercentileMask[] = selected.some(({ needsMarks, showsMarks }) => needsMarks || showsMarks)
    ? selection.percentiles.map(percentile => ({ percentile, mask: explanation.mask(percentile) }))
    : [];
  const marksNothing =
    selected.some(({ needsMarks }) => needsMarks) &&
    selected.some(({ needsMarks }) => !needsMarks) &&
    masks.length > 0 &&
    !masks.some(({ mask }) => mask.includes(1));
  const { decision } = explanation.figures;
  return nameObjects(context, selection, marksNothing).map(({ definition, reference, others }) => {
    const { dataset, pixels } = definition.compose({ context, explanation, form: selection, masks, others });
    const whole = { ...commonAttributes(definition, context, reference, decision), ...dataset };
    const bytes = writeDicomFile(whole, pixels, EXPLICIT_LITTLE_ENDIAN);
    return { kind: definition.id, ...reference, bytes };
  });
}
