// Writes a data set in the layout of the RSNA Pneumonia Detection Challenge: small DICOM files of noise with a bright
// blob where a box is. For trying and measuring the reading of large data sets; nothing in it looks like a chest.
//
//   node scripts/synthetic-rsna.mjs FOLDER COUNT [SIDE]
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const classes = ['Normal', 'Lung Opacity', 'No Lung Opacity / Not Normal'];

/**
 * @param {string} folder made if need be
 * @param {number} count images; a third of each class of the challenge
 * @param {number} side of the images, pixels
 */
export async function writeSyntheticRsna(folder, count, side) {
  const images = path.join(folder, 'stage_2_train_images');
  await mkdir(images, { recursive: true });
  const labels = ['patientId,x,y,width,height,Target'];
  const details = ['patientId,class'];
  for (let i = 0; i < count; i++) {
    const id = `synthetic-${String(i).padStart(6, '0')}`;
    const kind = classes[i % 3];
    const box = { x: side / 8 + (i % 7) * (side / 32), y: side / 4, width: side / 4, height: side / 4 };
    const opacity = kind === 'Lung Opacity';
    labels.push(opacity ? [id, box.x, box.y, box.width, box.height, 1].join() : `${id},,,,,0`);
    details.push(`${id},${kind}`);
    const pixels = noise(i, side, opacity ? box : undefined);
    await writeFile(path.join(images, `${id}.dcm`), dicom(id, i % 2 ? 'AP' : 'PA', side, pixels));
  }
  await writeFile(path.join(folder, 'stage_2_train_labels.csv'), `${labels.join('\n')}\n`);
  await writeFile(path.join(folder, 'stage_2_detailed_class_info.csv'), `${details.join('\n')}\n`);
}

function noise(seed, side, box) {
  let state = (seed + 1) * 2654435761;
  return Uint8Array.from({ length: side * side }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [x, y] = [i % side, Math.floor(i / side)];
    const inside = box && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    return (state >>> 25) + (inside ? 120 : 0);
  });
}

/** A DICOM Part 10 file, explicit VR little endian, 8 bits, as small as the reader allows. */
function dicom(id, view, side, pixels) {
  const meta = Buffer.concat([
    element(0x0002, 0x0002, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    meta,
    element(0x0008, 0x0016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x0008, 0x0060, 'CS', 'CR'),
    element(0x0010, 0x0020, 'LO', id),
    element(0x0018, 0x5101, 'CS', view),
    element(0x0028, 0x0002, 'US', word(1)),
    element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0010, 'US', word(side)),
    element(0x0028, 0x0011, 'US', word(side)),
    element(0x0028, 0x0100, 'US', word(8)),
    element(0x0028, 0x0101, 'US', word(8)),
    element(0x0028, 0x0102, 'US', word(7)),
    element(0x0028, 0x0103, 'US', word(0)),
    element(0x7fe0, 0x0010, 'OB', Buffer.from(pixels)),
  ]);
}

function word(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function element(group, number, vr, value) {
  const text = typeof value === 'string';
  let body = text ? Buffer.from(value) : value;
  if (body.length % 2) body = Buffer.concat([body, Buffer.from(text && vr !== 'UI' ? ' ' : '\0')]);
  const long = vr === 'OB';
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(body.length, 8);
  else head.writeUInt16LE(body.length, 6);
  return Buffer.concat([head, body]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, count, side = '256'] = process.argv.slice(2);
  if (!folder || !(Number(count) > 0))
    throw new Error('Usage: node scripts/synthetic-rsna.mjs FOLDER COUNT [SIDE]');
  await writeSyntheticRsna(folder, Number(count), Number(side));
}
