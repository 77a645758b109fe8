import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeResults, pickSource, type Attributes, type ResultKind } from '../../src/dicom/results';
import { percentileMask } from '../../src/metrics';
import { decideBy } from '../../src/models/decision';
import { hasPydicom, runPydicom } from '../support/debian-programs';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-spacing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [rows, columns] = [40, 30];
const image: Attributes = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
  SOPInstanceUID: '1.2.3.4.5',
  StudyInstanceUID: '1.2.3',
  SeriesInstanceUID: '1.2.3.4',
  PatientID: 'P-1',
  Modality: 'CR',
  Rows: rows,
  Columns: columns,
};
const map = Float32Array.from({ length: rows * columns }, (_, i) => i);
const film = { values: map, rows, columns, photometric: 'MONOCHROME2' as const };
const kinds: readonly ResultKind[] = ['seg', 'pm', 'sc', 'fseg', 'gsps', 'sbs', 'xa'];

/** What pydicom reads of each object: spacing of its pixels, rows before columns, or the aspect of them. */
const script = `
import json, sys, pydicom
told = {}
for file in sys.argv[1:]:
    ds = pydicom.dcmread(file)
    groups = ds.get('SharedFunctionalGroupsSequence')
    area = ds.get('DisplayedAreaSelectionSequence')
    if groups: value = groups[0].PixelMeasuresSequence[0].PixelSpacing
    elif area: value = area[0].PresentationPixelAspectRatio
    else: value = ds.get('PixelAspectRatio') or []
    told[file.split('/')[-1]] = [float(v) for v in value]
print(json.dumps(told))
`;

function spacings(stated: Attributes): unknown {
  const decision = decideBy(0.9, 0.4);
  const made = makeResults(
    {
      source: pickSource({ ...image, ...stated }),
      model: {
        id: 'm',
        version: '1',
        title: 'M',
        weightsSha256: 'a'.repeat(64),
        classes: ['no', 'yes'],
        operatingPoint: 0.4,
      },
      settings: { methodId: 'a', methodTitle: 'A', augment: 0, seed: 0, backend: 'wasm' },
      created: new Date(2026, 1, 3),
      software: '0.0.0',
    },
    {
      film,
      map,
      top: Math.max(...map),
      figures: { decision, decisionAdversarial: decideBy(0.1, 0.4), flip: true },
      mask: percentile => percentileMask(map, percentile),
      notice: 'Research use only.',
      adversarial: () => film.values,
      cautions: [],
    },
    { kinds, percentiles: [90] },
  );
  const files = made.map(({ kind, bytes }) => {
    const file = path.join(folder, kind);
    writeFileSync(file, bytes);
    return file;
  });
  return runPydicom(script, ...files);
}

describe.skipIf(!hasPydicom)('results of a film whose pixels are not square (pydicom)', () => {
  it.each<[string, Attributes, number[], number[]]>([
    ['Pixel Spacing', { PixelSpacing: ['0.3', '0.2'] }, [0.3, 0.2], [300, 200]],
    ['Imager Pixel Spacing', { ImagerPixelSpacing: ['0.15', '0.25'] }, [0.15, 0.25], [150, 250]],
    ['Pixel Aspect Ratio alone', { PixelAspectRatio: ['3', '2'] }, [1.5, 1], [1500, 1000]],
  ])('have its spacing, rows before columns, or its aspect: %s', (_what, stated, spacing, aspect) => {
    expect(spacings(stated)).toEqual({
      seg: spacing,
      pm: spacing,
      fseg: spacing,
      sc: aspect,
      sbs: aspect,
      xa: aspect,
      gsps: aspect,
    });
  });

  it('say nothing of an aspect where they are square', () => {
    const told = spacings({ PixelSpacing: ['0.2', '0.2'] });
    expect(told).toMatchObject({ seg: [0.2, 0.2], pm: [0.2, 0.2], sc: [], sbs: [], xa: [], gsps: [1, 1] });
  });
});
