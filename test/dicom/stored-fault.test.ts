import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  describeStored,
  faultOfFigures,
  faultOfIdentifier,
  readStoredMap,
  sourceAttributes,
} from '../../src/dicom/results';

/** Files as releases wrote them; their identifiers are those of the archives that hold them. */
const folder = path.join(import.meta.dirname, '../fixtures/stored-results');

describe.each(readdirSync(folder))('a result that version %s stored', release => {
  const file = (): Uint8Array => new Uint8Array(readFileSync(path.join(folder, release, 'pm.dcm')));
  const attributes = sourceAttributes(file());
  /** With the figures that a forger writes. */
  const forged = (change: (text: string) => string): ReturnType<typeof describeStored> =>
    describeStored({
      ...attributes,
      DerivationDescription: change(String(attributes.DerivationDescription)),
    });

  it('holds together, and its identifier follows from what it says', () => {
    const honest = describeStored(attributes)!;
    expect(faultOfFigures(honest)).toBeUndefined();
    expect(faultOfIdentifier(honest)).toBeUndefined();
  });

  it.each([
    ['score=0.123456789012345', 'score=7.5', /a score of 7\.5; scores lie between 0 and 1/],
    ['score=0.123456789012345', 'score=-0.1', /a score of -0\.1/],
    ['scoreAdversarial=0.9', 'scoreAdversarial=1e9', /a score of 1000000000/],
    ['operatingPoint=0.4', 'operatingPoint=1.5', /a score of 1\.5/],
    // The decision of an operating point that is not the stored one.
    ['operatingPoint=0.4', 'operatingPoint=0.1', /contradicts itself: decision=0/],
    ['decision=0', 'decision=1', /contradicts itself: decision=1/],
    ['score=0.123456789012345', 'score=0.95', /contradicts itself: decision=0/],
    ['hold=true', 'hold=false', /contradicts itself: hold=false/],
    ['flip=true', 'flip=false', /contradicts itself: flip=false/],
  ])('is at fault with %s made %s', (from, to, fault) => {
    expect(faultOfFigures(forged(text => text.replace(from, to))!)).toMatch(fault);
  });

  it.each([
    ['method=similar-adversarial', 'method=gradient'],
    ['model=test-model', 'model=phantom'],
    ['seed=0', 'seed=1'],
    ['backend=wasm', 'backend=webgl'],
    ['weights=d8', 'weights=d9'],
  ])('has another identifier with %s made %s', (from, to) => {
    expect(faultOfIdentifier(forged(text => text.replace(from, to))!)).toMatch(/does not follow/);
  });

  it('of another film, or under another identifier, does not follow from what it says', () => {
    const of = (change: object): string | undefined =>
      faultOfIdentifier(describeStored({ ...attributes, ...change })!);
    const [source] = [attributes.SourceImageSequence].flat() as Record<string, unknown>[];
    expect(of({ SourceImageSequence: [{ ...source, ReferencedSOPInstanceUID: '1.2.3.4.6' }] })).toMatch(
      /does not follow/,
    );
    expect(of({ SOPInstanceUID: '1.2.3.76' })).toMatch(/does not follow/);
    expect(of({ SoftwareVersions: ['explain 9.9.9'] })).toMatch(/does not follow/);
  });

  it('of several frames is refused', () => {
    const bytes = file();
    // Number of Frames (0028,0008), IS, explicit little endian: "1 ".
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x28, 0, 0x08, 0, 0x49, 0x53, 2, 0, 0x31]));
    expect(at).toBeGreaterThan(0);
    bytes[at + 8] = 0x37;
    expect(() => readStoredMap(bytes)).toThrow(/says that it has 7 frames/);
  });
});
