import { expect, it } from 'vitest';
import { seededRandom } from '../../src/models/random';
import { readWhole } from '../../src/viewer/dicomweb/read-instance';
import { readFrames } from '../../src/viewer/dicomweb/frames';
import { Problem } from '../../src/viewer/dicomweb/problem';
import { dicomFile, encapsulated, image, type Element } from './dicom-bytes';

const uids = { study: '1.1', series: '1.1.1', instance: '1.1.1.1' };
const nested: Element = [
  '00081140',
  'SQ',
  [
    [
      ['00081150', 'UI', '1.2.3'],
      ['00081155', 'UI', '1.2.4'],
    ],
  ],
];
const files: [string, Buffer][] = [
  ['native', dicomFile(image(uids, { nested }))],
  [
    'compressed',
    dicomFile(
      image(uids, { nested }, ['7FE00010', 'OB', encapsulated([new Uint8Array(40), new Uint8Array(30)])]),
      '1.2.840.10008.1.2.4.50',
    ),
  ],
];

/** Reads a file as server and STOW-RS do; refusals are fine, anything else thrown is not. */
async function read(bytes: Buffer): Promise<void> {
  await readWhole('', bytes);
  try {
    // What a damaged length claims is never more than the file holds.
    for (const frame of readFrames(bytes, [1])) expect(frame.length).toBeLessThanOrEqual(bytes.length);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

it.each(files)('a %s file cut anywhere is read or refused', async (_, file) => {
  for (let length = 0; length < file.length; length += 3) await read(file.subarray(0, length));
  expect(await readWhole('', file)).toMatchObject({ instanceUid: '1.1.1.1' });
});

it.each(files)('a %s file with changed bytes is read or refused, in time', async (name, file) => {
  const random = seededRandom(`damage ${name}`);
  const place = () => 132 + Math.floor(random() * (file.length - 132));
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.from(file);
    for (let change = 0; change < 1 + (round % 4); change++) bytes[place()] = Math.floor(random() * 256);
    // Lengths are what hurts most: sometimes the largest, sometimes "undefined".
    if (round % 3 === 0)
      bytes.writeUInt32LE(round % 2 ? 0xffffffff : 0x7fffffff, Math.min(place(), file.length - 4));
    const before = process.cpuUsage();
    await read(bytes);
    const { user, system } = process.cpuUsage(before); // a busy machine does not count
    expect(user + system, `round ${round}`).toBeLessThan(2_000_000);
  }
});
