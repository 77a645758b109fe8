import { validRuns } from '../../datasets/valid-runs';
import { averageTruthMap, enclosingBoxes } from '../../metrics';
import type { InputSpec, ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { maskToInput, prepareImage, type PreparedImage } from '../../models/preparation';
import { DatasetError } from '../../datasets/error';
import { findingCalled, findingNames, makeFindingsPhantom, makePhantom, type Phantom } from '../../phantom';
import { shareTruths, truthInside, type CaseInfo, type EvaluationSet } from './set';

/**
 * Chest phantoms with exact masks as truth, of seeds that training never draws.
 *
 * @param count number of phantoms; half of them, drawn by lot, have opacities
 * @param label of phantoms of several findings, the one that is evaluated; absent: phantoms of one
 * @throws DatasetError where phantoms have no finding of that name
 */
export function makePhantomSet(
  count: number,
  seed: number,
  input: InputSpec,
  onProgress: (done: number, total: number) => void,
  label?: string,
): EvaluationSet {
  const finding = label === undefined ? undefined : findingCalled(label);
  if (label !== undefined && finding === undefined) {
    throw new DatasetError(`Phantoms have no finding "${label}"; they have ${findingNames.join(', ')}.`);
  }
  const { size } = input;
  const pixels = new Uint16Array(new SharedArrayBuffer(2 * size * size * count));
  const truths: Uint8Array[] = [];
  const cases = Array.from({ length: count }, (_, index): CaseInfo => {
    const id = `${seed}/evaluation/${index}`;
    const phantom = phantomOf(id, size, finding);
    const { prepared, truth } = phantomInput(phantom.pixels, phantom.mask, input);
    pixels.set(
      prepared.input.map(value => Math.round(value * 65535)),
      index * size * size,
    );
    onProgress(index + 1, count);
    const visible = phantom.label === 1 && truthInside(truth, prepared.valid).includes(1);
    return {
      id,
      patient: id,
      label: phantom.label,
      view: 'PA',
      collection: 'phantom',
      sex: '',
      reader: '',
      boxes: visible ? enclosingBoxes(truth, size) : [],
      truth: visible ? truths.push(truth) - 1 : undefined,
      validRuns: validRuns(prepared.valid),
    };
  });
  return {
    description: `${count} chest phantoms${finding === undefined ? '' : ` of several findings (${finding})`}, seed ${seed}`,
    hash: sha256Hex(
      new TextEncoder().encode(`phantoms ${count} ${seed}${finding === undefined ? '' : ` ${finding}`}`),
    ),
    size,
    cases,
    planes: { kind: 'memory', values: pixels },
    truths: shareTruths(truths, size),
    averageTruth: averageTruthMap(trainingTruths(input, finding)),
    leftOut: {},
    patientOf: new Map(),
  };
}

/** @throws DatasetError where the model tells more than two classes apart, which no phantom is one of */
export function checkPhantoms({ id, classes, label }: Pick<ModelCard, 'id' | 'classes' | 'label'>): void {
  if (label !== undefined || classes.length === 2) return;
  throw new DatasetError(
    `${id} tells ${classes.length} classes apart that exclude each other; phantoms have findings that do not. Give --data.`,
  );
}

/** Truths of phantoms as training draws them, brought into the input with their films. */
function* trainingTruths(input: InputSpec, finding: string | undefined): Generator<Uint8Array> {
  for (let i = 0; i < 100; i++) {
    const { pixels, mask } = phantomOf(`1/train/${i}`, input.size, finding, true);
    if (mask.includes(1)) yield phantomInput(pixels, mask, input).truth;
  }
}

/** A phantom with its truth; of several findings, that of one. @param present that finding alone is drawn */
function phantomOf(
  id: string,
  size: number,
  finding: string | undefined,
  present = false,
): Pick<Phantom, 'pixels' | 'mask' | 'label'> {
  if (finding === undefined) return makePhantom(id, { size, ...(present && { opacity: true }) });
  const { pixels, findings } = makeFindingsPhantom(id, { size, ...(present && { findings: [finding] }) });
  const found = findings[finding];
  return { pixels, label: found ? 1 : 0, mask: found?.mask ?? new Uint8Array(pixels.length) };
}

/** A phantom and its mask at the input, cropped alike. */
function phantomInput(
  pixels: Float32Array,
  mask: Uint8Array,
  input: InputSpec,
): { prepared: PreparedImage; truth: Uint8Array } {
  const plane = { rows: input.size, columns: input.size };
  const prepared = prepareImage({ ...plane, values: pixels, photometric: 'MONOCHROME2' }, input);
  return { prepared, truth: maskToInput({ ...plane, data: mask }, prepared.geometry) };
}
