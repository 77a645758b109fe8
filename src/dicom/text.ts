import { decodeWithEscapes } from './character-sets';

/** How the text of a data set is decoded. */
export interface TextDecoding {
  decode(bytes: Uint8Array, isName: boolean): string;
  /** Said of a file whose character set is none of DICOM's. */
  caution?: string;
}

/** Character sets without escape sequences and more than a byte a character (PS3.3 C.12.1.1.2). */
const wholeSets: Readonly<Record<string, string>> = {
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};
const numbers = new Set('6 13 14 58 87 100 101 109 110 126 127 138 144 148 149 159 166 203'.split(' '));

/**
 * The decoder for the values of Specific Character Set. A term that DICOM does not know is taken for the name of an encoding
 * as the web writes it (UTF-8, ISO8859_1, ASCII); for any other, and for ASCII whose text is none, text is UTF-8 where it
 * can be and Latin 1 where it cannot.
 *
 * @param stated none, or one empty term, where the attribute is absent
 */
export function decoderFor(stated: readonly string[]): TextDecoding {
  const terms = stated.map(term => term.toUpperCase());
  if (terms.every(term => term === '' || term === 'ISO_IR 6')) return { decode: guess };
  const whole = terms.length === 1 ? wholeSets[terms[0]] : undefined;
  if (whole) return { decode: decodeBy(whole) };
  if (terms.every(isTerm)) {
    return { decode: (bytes, isName) => plainAscii(bytes) ?? decodeWithEscapes(bytes, terms, isName) };
  }
  const named = terms.length === 1 ? encodingNamed(terms[0]) : undefined;
  return {
    decode: named && named !== 'windows-1252' ? decodeBy(named) : guess,
    caution:
      'Specific Character Set holds no term of DICOM; ' +
      (named === undefined || named === 'windows-1252'
        ? 'texts are read as UTF-8 where they can be, else as Latin 1.'
        : `texts are read as ${named}.`),
  };
}

function isTerm(term: string): boolean {
  const number = /^ISO(?:_IR| 2022 IR) (\d+)$/.exec(term)?.[1];
  return term === '' || (number !== undefined && numbers.has(number));
}

/** The encoding that a writer may have meant, by the labels of the web (which has "iso8859-1" for Latin 1, and more). */
function encodingNamed(term: string): string | undefined {
  const label = term.toLowerCase().replaceAll('_', '-');
  for (const candidate of [
    label,
    label.replaceAll(' ', '-'),
    label.replace(/^iso[- ](ir[- ])?192$/, 'utf-8'),
  ]) {
    try {
      return new TextDecoder(candidate).encoding;
    } catch {
      // not this one
    }
  }
  return undefined;
}

const decodeBy =
  (encoding: string) =>
  (bytes: Uint8Array): string =>
    plainAscii(bytes) ?? new TextDecoder(encoding).decode(bytes);

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('iso-8859-1');

function guess(bytes: Uint8Array): string {
  const text = plainAscii(bytes);
  if (text !== undefined) return text;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** Most text is ASCII in every character set; undefined where a byte or an escape sequence says otherwise. */
function plainAscii(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0x1b) return undefined;
  // Most texts are some bytes long, for which this is faster; arguments go on the stack.
  return bytes.length <= 1024 ? String.fromCharCode(...bytes) : latin1.decode(bytes);
}
