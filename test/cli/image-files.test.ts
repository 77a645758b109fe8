import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { imageFiles, withoutPicturesOfDicom } from '../../src/cli/image-files';
import { imageEndings, readImageFile } from '../../src/image/read-file';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a folder of empty files. */
function folderOf(name: string, files: readonly string[]): string {
  const made = path.join(folder, name);
  for (const file of files) {
    mkdirSync(path.dirname(path.join(made, file)), { recursive: true });
    writeFileSync(path.join(made, file), '');
  }
  return made;
}

async function namesOf(made: string): Promise<{ films: string[]; pictures: string[] }> {
  const found = await withoutPicturesOfDicom(await imageFiles(made, imageEndings));
  const named = (files: readonly string[]): string[] => files.map(file => path.relative(made, file));
  return { films: named(found.films), pictures: named(found.pictures) };
}

describe('the films of a folder', () => {
  it('are its DICOM files where there are any: pictures beside them are masks', async () => {
    const made = folderOf('dicom', ['a.dcm', 'masks/a.png', 'masks/b.JPG']);
    expect(await namesOf(made)).toEqual({ films: ['a.dcm'], pictures: ['masks/a.png', 'masks/b.JPG'] });
  });

  it('are pictures where there are no others', async () => {
    const made = folderOf('pictures', ['a.png', 'b.jpeg', 'LICENCE']);
    expect(await namesOf(made)).toEqual({ films: ['LICENCE', 'a.png', 'b.jpeg'], pictures: [] });
  });

  it('are told by their content where they have no ending', async () => {
    const made = folderOf('bare', ['IM0001', 'a.png']);
    writeFileSync(path.join(made, 'IM0001'), Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]));
    expect(await namesOf(made)).toEqual({ films: ['IM0001'], pictures: ['a.png'] });
  });
});

describe('a picture of two grey values', () => {
  const picture = (values: number[], side: number): Promise<Buffer> =>
    sharp(Uint8Array.from(values), { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toBuffer();

  it('is a mask, and no radiograph', async () => {
    const file = path.join(folder, 'mask.png');
    writeFileSync(file, await picture([0, 255, 0, 255], 2));
    await expect(readImageFile(file)).rejects.toThrow(/two grey values alone: it is a mask/);
    writeFileSync(file, await picture([0, 255, 0, 254], 2));
    expect((await readImageFile(file)).image.values).toEqual(Float32Array.of(0, 255, 0, 254));
  });
});
