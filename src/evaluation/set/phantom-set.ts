import { validRuns } from '../../datasets/valid-runs';
import { averageTruthMap, enclosingBoxes } from '../../metrics';
import type { InputSpec } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { maskToInput, prepareImage, type PreparedImage } from '../../models/preparation';
import { makePhantom } from '../../phantom';
import { shareTruths, truthInside, type CaseInfo, type EvaluationSet } from './set';

/**
 * Chest phantoms with exact masks as truth, of seeds that training never draws.
 *
 * @param count number of phantoms; half of them, drawn by lot, have opacities
 */
export function makePhantomSet(
  count: number,
  seed: number,
  input: InputSpec,
  onProgress: (done: number, total: number) => void,
): EvaluationSet {
  const { size } = input;
  const pixels = new Uint16Array(new SharedArrayBuffer(2 * size * size * count));
  const truths: Uint8Array[] = [];
  const cases = Array.from({ length: count }, (_, index): CaseInfo => {
    const id = `${seed}/evaluation/${index}`;
    const phantom = makePhantom(id, { size });
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
    description: `${count} chest phantoms, seed ${seed}`,
    hash: sha256Hex(new TextEncoder().encode(`phantoms ${count} ${seed}`)),
    size,
    cases,
    planes: { kind: 'memory', values: pixels },
    truths: shareTruths(truths, size),
    averageTruth: averageTruthMap(trainingTruths(input)),
    leftOut: {},
    patientOf: new Map(),
  };
}

/** Truths of phantoms as training draws them, brought into the input with their films. */
function* trainingTruths(input: InputSpec): Generator<Uint8Array> {
  for (let i = 0; i < 100; i++) {
    const { pixels, mask } = makePhantom(`1/train/${i}`, { size: input.size, opacity: true });
    yield phantomInput(pixels, mask, input).truth;
  }
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
