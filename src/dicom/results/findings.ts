import { isNegative, soughtClass, type Decision } from '../../models/decision';
import { dcm, own, sct, type Code } from './codes';
import { cut } from './values';

/**
 * Findings of the chest by the names that classifiers give them. Codes as PS3.16 has them: CID 6101 to 6105 "Chest Finding or
 * Feature" and its parts, CID 645 (pleural effusion), CID 3700 (pulmonary edema). A name of which the standard has a narrower
 * or a wider concept only (plate-like atelectasis, fetal cardiomegaly) is not here.
 */
const findings: Readonly<Record<string, Code>> = {
  opacity: dcm('112001', 'Opacity'),
  'lung opacity': dcm('112001', 'Opacity'),
  infiltrate: dcm('112121', 'Infiltrate'),
  infiltration: dcm('112121', 'Infiltrate'),
  mass: sct('4147007', 'Mass'),
  nodule: sct('27925004', 'Nodule'),
  pneumothorax: sct('36118008', 'Pneumothorax'),
  effusion: sct('60046008', 'Pleural effusion'),
  'pleural effusion': sct('60046008', 'Pleural effusion'),
  edema: sct('19242006', 'Pulmonary edema'),
  'pulmonary edema': sct('19242006', 'Pulmonary edema'),
};

/**
 * Code of a model's class: the standard's for a finding that it has by this very name, else one of this project's own, whose
 * meaning is the name.
 *
 * @param index of the class in the model
 */
function classCode(name: string, index: number): Code {
  const known = findings[name.trim().toLowerCase().replaceAll('_', ' ')];
  return known ?? own(`class-${index}`, cut(name, 64));
}

/**
 * What a report names as Finding, which readers show alone. It is the classifier's answer, and says so: the bare name of a class would
 * read as a finding that somebody confirmed, or, of the other one ("healthy"), as more than a classifier of one finding can say.
 *
 * @param classes names of the model's classes
 */
export function findingCode(classes: readonly string[], decision: Decision): Code {
  if (decision.kind === 'classes') {
    const { decided } = decision;
    return own(
      `likeliest-${decided}`,
      cut(`Likeliest of ${classes.length} classes: ${classes[decided]}`, 64),
    );
  }
  const index = soughtClass(decision);
  return isNegative(decision)
    ? own(`not-found-${index}`, cut(`Not found by this AI: ${classes[index]}`, 64))
    : own(`above-${index}`, cut(`AI score above its threshold: ${classes[index]}`, 64));
}

/**
 * The finding that was looked for, found or not.
 *
 * @returns undefined for classes that exclude each other
 */
export function soughtCode(classes: readonly string[], decision: Decision): Code | undefined {
  if (decision.kind === 'classes') return undefined;
  const index = soughtClass(decision);
  return classCode(classes[index], index);
}
