import { expect, it } from 'vitest';
import { decoderFor } from '../../src/dicom/text';

const bytesOf = (text: string, size: number): Uint8Array =>
  new Uint8Array(Buffer.alloc(size, text, 'latin1'));

/** Characters of PS3.5 annexes H, I and J, and of ISO 8859, over and over. */
it.each([
  ['ISO 8859-1', ['ISO_IR 100'], 'M\xfcller, ', 'Müller, '],
  ['ASCII under a set', ['ISO_IR 100'], 'normal. ', 'normal. '],
  ['half-width katakana', ['ISO_IR 13'], '\xd4\xcf\xc0\xde', 'ﾔﾏﾀﾞ'],
  ['Korean', ['', 'ISO 2022 IR 149'], '\x1b$)C\xb1\xe8\xc8\xf1\xc1\xdf', '김희중'],
  ['Japanese and ASCII', ['', 'ISO 2022 IR 87'], '\x1b$B;3ED\x1b(B=a', '山田=a'],
  ['Chinese', ['', 'ISO 2022 IR 58'], '\x1b$)A\xd5\xc5\xd0\xa1\xb6\xab\\', '张小东\\'],
  ['UTF-8', ['ISO_IR 192'], '\xe5\xbc\xa0', '张'],
])('a long text is decoded whole and quickly: %s', (_set, terms, unit, expected) => {
  const count = Math.floor(10_000_000 / unit.length);
  const bytes = bytesOf(unit, count * unit.length);
  const begin = process.cpuUsage();
  const text = decoderFor(terms).decode(bytes, false);
  const { user, system } = process.cpuUsage(begin);
  expect(text === expected.repeat(count)).toBe(true);
  // Byte by byte it took 4 to 8 s.
  expect((user + system) / 1e6).toBeLessThan(2);
});

it('an unknown first byte takes its second alone with it', () => {
  // 7F is the first byte of no pair; decoded with what follows, the second one would take the next character's first.
  const text = decoderFor(['', 'ISO 2022 IR 87']).decode(bytesOf('\x1b$B\x7f;;3ED', 9), false);
  expect(text).toBe('\ufffd\ufffd山田');
});
