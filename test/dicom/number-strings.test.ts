import { expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import { fitValues } from '../../src/dicom/fit-values';
import { decimalOf, integerOf } from '../../src/dicom/number-strings';
import { toDicomJson } from '../../src/viewer/dicomweb/dicom-json';
import { dicomFile, imageElements, pixelData, text, words } from './bytes';

// PS3.5 table 6.2-1: DS has "0"-"9", a sign, "E" or "e" and "."; IS has "0"-"9" and a sign, within 32 bits; blanks around.

it.each([
  ['1', 1],
  [' -1.5e+2 ', -150],
  ['+.5', 0.5],
  ['5.', 5],
  ['1E3', 1000],
])('%j is a Decimal String', (value, number) => expect(decimalOf(value)).toBe(number));

it.each(['', ' ', '0x10', '0b1', 'Infinity', 'NaN', '1,5', '1_0', '1 2', '\t1', 'e5', '.', '1e', '1e999'])(
  '%j is no Decimal String',
  value => expect(decimalOf(value)).toBeNaN(),
);

it.each([
  ['12', 12],
  [' -3 ', -3],
  ['+0', 0],
  ['-2147483648', -2147483648],
])('%j is an Integer String', (value, number) => expect(integerOf(value)).toBe(number));

it.each(['', '1.0', '0x10', '1e3', '2147483648', '--1'])('%j is no Integer String', value =>
  expect(integerOf(value)).toBeNaN(),
);

const file = (tag: number, vr: string, value: string) =>
  dicomFile([...imageElements(), text(tag, vr, value), pixelData(words([1, 2, 3, 4, 5, 6]))]);

it.each([
  ['Rescale Intercept', 0x00281052, 'DS', '0x10'],
  ['Rescale Slope', 0x00281053, 'DS', '1\\2'],
  ['Number of Frames', 0x00280008, 'IS', '0x1'],
])('a file whose %s is none is refused', async (_, tag, vr, value) => {
  await expect(readDicomImage(file(tag, vr, value))).rejects.toMatchObject({ code: 'damaged' });
});

it('a window that is none is left out', async () => {
  const both = dicomFile([
    ...imageElements(),
    text(0x00281050, 'DS', '0x10'),
    text(0x00281051, 'DS', '20'),
    pixelData(words([1, 2, 3, 4, 5, 6])),
  ]);
  expect((await readDicomImage(both)).vois).toEqual([]);
});

it('none is written, and none is served as a number', () => {
  expect(fitValues({ '00281052': { vr: 'DS', Value: ['0x10'] } })).toEqual({
    '00281052': { vr: 'DS', Value: [''] },
  });
  expect(toDicomJson({ '00281052': { vr: 'DS', Value: ['0x10'] } }, () => '')).toEqual({
    '00281052': { vr: 'DS', Value: ['0x10'] },
  });
});
