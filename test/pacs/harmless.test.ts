import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceAttributes } from '../../src/dicom/results';
import type { ModelPackage } from '../../src/models/package';
import { said } from '../../src/io/harmless';
import { reasonOf, runImages, type InstanceAddress } from '../../src/pacs';
import { harmlessAttributes, judgeForLog } from '../../src/pacs/harmless-attributes';
import { untrainedPackage } from '../cli/untrained-package';
import { severalFrames } from '../support/several-frames';
import { withText } from '../support/with-text';
import { startServer, type TestServer } from '../viewer/test-server';
import { memoryLog, openUntrained, taskFor } from './fixtures';

/** A name, as no other text of the program has it. */
const name = 'XAVERIUS^QUINTILIAN';
const anyPart = /xaveri|quintil/i;
const longName = readCase('../shared/cases/long-name/pn65.dcm');

function readCase(file: string): Uint8Array | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Text elements of every kind, each of which somebody may have typed a name into. */
const textElements = [
  ...['ImageType', 'Modality', 'BodyPartExamined', 'ViewPosition', 'PatientSex', 'PatientAge', 'Laterality'],
  ...[
    'PhotometricInterpretation',
    'PresentationIntentType',
    'PresentationLUTShape',
    'ConversionType',
    'Manufacturer',
  ],
  ...['PatientName', 'PatientID', 'PatientComments', 'PatientBirthDate', 'OtherPatientNames', 'EthnicGroup'],
  ...[
    'StudyDescription',
    'SeriesDescription',
    'StudyID',
    'StudyDate',
    'StudyTime',
    'SeriesNumber',
    'InstanceNumber',
  ],
  ...['InstitutionName', 'StationName', 'ReferringPhysicianName', 'PerformingPhysicianName', 'OperatorsName'],
  ...[
    'AccessionNumber',
    'ProtocolName',
    'ImageComments',
    'RescaleType',
    'SpecificCharacterSet',
    'NumberOfFrames',
  ],
  ...['RescaleSlope', 'RescaleIntercept', 'WindowCenter', 'WindowWidth', 'VOILUTFunction', 'PixelSpacing'],
  ...[
    'LossyImageCompression',
    'BurnedInAnnotation',
    'SyntheticData',
    'FrameOfReferenceUID',
    'DeviceSerialNumber',
  ],
];
/** As it is; longer than any representation allows, on several lines; as a list in lower case. */
const forms: [string, string][] = [
  ['as it is', name],
  ['long', `A\r\n${`${name} `.repeat(5)}`],
  ['as a list', `${name}\\${name}\\${name}`.toLowerCase()],
];

describe('the log of explain pacs', () => {
  let folder: string;
  let model: ModelPackage;
  let server: TestServer;
  const files: Record<string, Uint8Array> = {};
  const addresses: InstanceAddress[] = [];

  beforeAll(async () => {
    folder = await untrainedPackage();
    model = await openUntrained(folder);
    for (const [number, [form, text]] of forms.entries()) {
      for (const [index, keyword] of textElements.entries()) {
        const uid = `2.999.${number}.${index}`;
        const identity = {
          StudyInstanceUID: uid,
          SeriesInstanceUID: `${uid}.1`,
          SOPInstanceUID: `${uid}.1.1`,
        };
        const plain = severalFrames([1], { rows: 96, columns: 80 }, { ...identity, Modality: 'CR' });
        files[`${keyword} ${form}.dcm`] = withText(withText(plain, 'PatientName', name), keyword, text);
        addresses.push({ studyUid: uid, seriesUid: `${uid}.1`, instanceUid: `${uid}.1.1` });
      }
    }
    server = await startServer(files, { uploadLimit: 2 ** 26 });
  }, 240_000);
  afterAll(async () => {
    await server?.close();
    model?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function* these(some: readonly InstanceAddress[]): AsyncGenerator<InstanceAddress> {
    yield* some;
  }

  /** A model that is made for one view and one part of the body, so that every attribute is looked at. */
  function choosy(): ModelPackage {
    const applicability = {
      ...model.card.applicability,
      views: ['PA'],
      bodyParts: ['CHEST'],
      minAgeYears: 16,
    };
    return { ...model, card: { ...model.card, applicability } };
  }

  it('repeats no name, whichever text element it stands in', { timeout: 240_000 }, async () => {
    const { log, text } = memoryLog();
    const { run } = taskFor(server.web, choosy(), { dryRun: true });
    const tally = await runImages(these(addresses), run, log);
    expect(tally.toDo).toBeGreaterThan(addresses.length / 2);
    expect(text().trim().split('\n')).toHaveLength(addresses.length);
    expect(text()).not.toMatch(anyPart);
    // The attribute is named though its value is not.
    for (const attribute of ['Modality', 'View Position', 'Body Part Examined', 'Photometric Interpretation'])
      expect(text()).toContain(`${attribute} is a value that this log does not repeat`);
  });

  it('repeats no name when results are made, or cannot be', { timeout: 240_000 }, async () => {
    const { log, text } = memoryLog();
    const { run } = taskFor(server.web, model, { selection: { kinds: ['sr'], percentiles: [90] } });
    const long = addresses.filter(({ studyUid }) => studyUid.startsWith('2.999.1.'));
    const tally = await runImages(these(long), run, log);
    expect(tally.explained).toBeGreaterThan(long.length / 2);
    expect(text().trim().split('\n')).toHaveLength(long.length);
    expect(text()).not.toMatch(anyPart);
  });

  it('says an age that refuses to the user, and not in the log', () => {
    const { card } = choosy();
    const adults = { ...card, applicability: { ...card.applicability, minAgeYears: 16, maxAgeYears: 120 } };
    const { refusals, forLog } = judgeForLog(adults, { patientAgeYears: 9.4 });
    expect(refusals.join(' ')).toMatch(/age, in years, is 9; .* is made for 16 to 120\./);
    expect(JSON.stringify(forLog)).toMatch(/age lies outside the 16 to 120 years/);
    expect(JSON.stringify(forLog)).not.toMatch(/\b9\b|9\.4/);
  });

  it('repeats harmless values of these attributes', () => {
    const { forLog } = judgeForLog(model.card, { modality: 'US', photometric: 'RGB', samplesPerPixel: 3 });
    expect(forLog.refusals.join(' ')).toMatch(/3 samples.*Modality is US; /);
    const passing = {
      modality: 'CR',
      bodyPart: 'CHEST',
      viewPosition: 'PA',
      photometric: 'MONOCHROME1',
      rows: 5,
    };
    expect(harmlessAttributes(model.card, passing)).toEqual(passing);
    const odd = {
      fileCautions: ['4 bytes behind the data set belong to no element; they are left out.', name],
      codedView: name,
      codedRegion: 'chest',
    };
    expect(harmlessAttributes(model.card, odd)).toMatchObject({ codedRegion: 'chest' });
    expect(JSON.stringify(judgeForLog(choosy().card, odd).forLog)).toMatch(
      /4 bytes behind .*does not repeat/,
    );
    expect(JSON.stringify(judgeForLog(choosy().card, odd).forLog)).not.toMatch(anyPart);
    const unknown = { patientName: name } as object;
    expect(JSON.stringify(harmlessAttributes(model.card, unknown))).not.toMatch(anyPart);
  });

  it('repeats no message of a library', () => {
    const errors = [
      new Error(name),
      new TypeError(name),
      Object.assign(new Error(name), { name }),
      Object.assign(new Error(name), { code: name }),
      Object.assign(new Error(name), { name: 'DicomImageError', code: name }),
      new DOMException(name, 'AbortError'),
      name,
      undefined,
      null,
      { message: name },
    ];
    for (const error of errors) expect(reasonOf(error)).not.toMatch(anyPart);
    expect(reasonOf(Object.assign(new Error(name), { code: 'ECONNRESET' }))).toContain('ECONNRESET');
  });

  it('takes no text that is not made of the program’s own words', () => {
    // @ts-expect-error A header's value is no harmless text.
    const forged = said`Modality is ${name}.`;
    // @ts-expect-error Nor is a message a reason.
    memoryLog().log({ event: 'failed', reason: name });
    expect(forged).toContain(name);
    expect(said`${3} of ${4}`).toBe('3 of 4');
  });

  const built = existsSync('dist/node/explain.js');
  it.skipIf(!built)('nor does the terminal (needs npm run build)', { timeout: 240_000 }, async () => {
    const few = Object.entries(files).filter(([file]) =>
      /^(PatientName|OperatorsName|ViewPosition|WindowCenter) /.test(file),
    );
    const archive = await startServer(
      { ...Object.fromEntries(few), ...(longName && { 'long-name.dcm': longName }) },
      { uploadLimit: 2 ** 26 },
    );
    try {
      const args = ['pacs', archive.web, '--model', folder];
      const child = spawn(process.execPath, [path.resolve('bin/explain.js'), ...args]);
      let output = '';
      child.stdout.on('data', chunk => (output += chunk));
      child.stderr.on('data', chunk => (output += chunk));
      await new Promise(resolve => child.once('close', resolve));
      expect(output).toMatch(/"event":"end"/);
      expect(output).not.toMatch(anyPart);
      if (longName) {
        const { PatientName } = sourceAttributes(longName);
        for (const part of JSON.stringify(PatientName).match(/[A-Za-z]{5,}/g) ?? [])
          if (part !== 'Alphabetic') expect(output.toLowerCase()).not.toContain(part.toLowerCase());
      }
    } finally {
      await archive.close();
    }
  });
});
