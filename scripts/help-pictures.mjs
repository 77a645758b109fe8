// Draws the five pictures of the viewer's page "How to read this" from a shipped phantom and the shipped phantom model:
// film, x_s, x_a, map over the film, mask over the film. `node scripts/help-pictures.mjs` after `npm run build`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = path.join(root, 'src/panels/help');
/** Edge of a picture, pixels: twice the width at which the panel shows it. */
const edge = 256;
const film = path.join(root, 'sample/phantom-001.dcm');

const work = mkdtempSync(path.join(tmpdir(), 'help-pictures-'));
try {
  const model = path.join(root, 'models/phantom');
  execFileSync(
    process.execPath,
    [path.join(root, 'bin/explain.js'), 'run', film, '--model', model, '--out', work, '--panels'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const named = ending =>
    path.join(
      work,
      readdirSync(work).find(name => name.endsWith(ending)),
    );
  const { width, height: whole } = await sharp(named('.panels.png')).metadata();
  // x, x_s (where it is not the film itself), x_a and map stand side by side with gaps of four pixels, each a square, with labels below.
  const { similarIsOriginal } = JSON.parse(readFileSync(named('.json'), 'utf8'));
  const panels = ['film', ...(similarIsOriginal ? [] : ['similar']), 'opposite', 'map'];
  const gap = 4;
  const height = (width - (panels.length - 1) * gap) / panels.length;
  if (!Number.isInteger(height) || height >= whole)
    throw new Error(
      `The panels of ${path.basename(film)} are not ${panels.join(', ')}: ${width} × ${whole} pixels.`,
    );
  const tile = index =>
    sharp(named('.panels.png'))
      .extract({ left: Math.round(index * (height + gap)), top: 0, width: height, height })
      .resize(edge, edge, { kernel: 'cubic' });
  mkdirSync(target, { recursive: true });
  const save = (picture, name) => picture.webp({ quality: 80 }).toFile(path.join(target, `${name}.webp`));
  for (const [index, name] of panels.entries()) await save(tile(index), name);
  // One that the eye cannot tell from the film is drawn as the film, in the frame of what a generator made.
  if (similarIsOriginal) await save(framed(await tile(0).toColourspace('srgb').png().toBuffer()), 'similar');
  const mask = await maskOutline(readFileSync(named('.map-model.npy')));
  const under = await tile(0).toColourspace('srgb').png().toBuffer();
  await save(sharp(under).composite([{ input: mask }]), 'mask');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function framed(png) {
  const frame = `<svg width="${edge}" height="${edge}"><rect width="${edge}" height="${edge}" fill="none" stroke="#ffb300" stroke-width="4"/></svg>`;
  return sharp(png).composite([{ input: Buffer.from(frame) }]);
}

/** What the map marks above its 90th percentile and a tenth of its largest value, as the viewer does, in the viewer's red, as a PNG with transparency. */
async function maskOutline(npy) {
  const start = 10 + npy.readUInt16LE(8);
  const values = new Float32Array(npy.buffer.slice(npy.byteOffset + start, npy.byteOffset + npy.length));
  const side = Math.round(Math.sqrt(values.length));
  const sorted = values.slice().sort();
  const limit = Math.max(sorted[Math.floor(0.9 * values.length)], 0.1 * sorted.at(-1));
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => value > limit && pixels.set([255, 60, 0, 130], 4 * i));
  return sharp(pixels, { raw: { width: side, height: side, channels: 4 } })
    .resize(edge, edge, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
