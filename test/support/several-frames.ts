import { uidFrom } from '../../src/dicom/uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../../src/dicom/write';
import { makePhantom } from '../../src/phantom';
import { phantomDataset, phantomPixels } from '../../src/phantom/dicom';

/** A radiograph of several frames, each another phantom: not what DX foresees, but what archives hold. */
export function severalFrames(
  seeds: readonly number[],
  size: { rows: number; columns: number },
  change: Record<string, unknown> = {},
): Uint8Array {
  const phantoms = seeds.map(seed => makePhantom(seed, size));
  const options = { number: 1, seed: 'frames', modality: 'DX', photometric: 'MONOCHROME2', uidFrom } as const;
  const dataset = {
    ...phantomDataset(phantoms[0], options),
    NumberOfFrames: String(seeds.length),
    ...change,
  };
  const pixels = Buffer.concat(phantoms.map(phantom => phantomPixels(phantom, 'MONOCHROME2')));
  return writeDicomFile(dataset, pixels, EXPLICIT_LITTLE_ENDIAN);
}
