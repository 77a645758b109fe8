import { describe, expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import { sourceAttributes } from '../../src/dicom/results/source';
import { concat, dicomFile, imageElements, pixelData, sequence, text, us, words } from './bytes';

// PS3.5 7.1: an attribute stands once in a data set. Of two, DCMTK 3.6.7 reads the first and pydicom 2.3.1 the last.

const pixels = pixelData(words([1, 2, 3, 4, 5, 6]));
const image = [...imageElements(), pixels];

describe('an attribute that stands twice', () => {
  it.each([
    ['Photometric Interpretation', '(0028,0004)', text(0x00280004, 'CS', 'MONOCHROME1')],
    ['Rows', '(0028,0010)', us(0x00280010, 3)],
    ['Pixel Representation', '(0028,0103)', us(0x00280103, 1)],
    ['Modality', '(0008,0060)', text(0x00080060, 'CS', 'DX')],
  ])('%s with other content is refused', async (_, tag, second) => {
    const reading = readDicomImage(dicomFile([...image, second]));
    await expect(reading).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(tag) as string,
    });
  });

  it('in an item of a sequence with other content is refused', async () => {
    const table = [us(0x00283002, 4, 0, 16), us(0x00283002, 4, 1, 16), us(0x00283006, 9, 8, 7, 6)];
    await expect(readDicomImage(dicomFile([...image, sequence(0x00283000, table)]))).rejects.toMatchObject({
      message: expect.stringContaining('(0028,3002)') as string,
    });
  });

  it('behind the pixels with other content is refused', async () => {
    const file = dicomFile(image);
    const rows = concat([words([0x0028, 0x0010]), new TextEncoder().encode('US'), words([2, 3])]);
    await expect(readDicomImage(concat([file, rows]))).rejects.toMatchObject({ code: 'damaged' });
  });

  it('with the same content is read, with a caution', async () => {
    const { image: read, attributes } = await readDicomImage(dicomFile([...image, us(0x00280010, 2)]));
    expect([...read.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(attributes.fileCautions?.join()).toContain('(0028,0010)');
  });

  it('that decides nothing is read as DCMTK reads it, with a caution', async () => {
    const comments = ['one', 'two'].map(value => text(0x00104000, 'LT', value));
    const file = dicomFile([...image, ...comments]);
    expect((await readDicomImage(file)).attributes.fileCautions).toEqual([
      'These attributes stand more than once in a data set: (0010,4000). The first is read; other programs may read the last.',
    ]);
    expect(sourceAttributes(file).PatientComments).toBe('one');
  });
});
