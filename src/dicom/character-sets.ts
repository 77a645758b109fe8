/** A graphic character set: how many bytes a character has, and the decoder for them. */
interface CharacterSet {
  width: 1 | 2;
  decode(bytes: readonly number[]): string;
}

const decoders = new Map<string, TextDecoder>();

function decodeBy(label: string, bytes: readonly number[]): string {
  const decoder = decoders.get(label) ?? new TextDecoder(label);
  decoders.set(label, decoder);
  return decoder.decode(Uint8Array.from(bytes));
}

const single = (label: string): CharacterSet => ({ width: 1, decode: bytes => decodeBy(label, bytes) });
const ascii = single('ascii');
/** JIS X 0208 and 0212 come as pairs of 7-bit bytes; EUC has the same pairs with the high bit set. */
const kanji = (prefix: readonly number[]): CharacterSet => ({
  width: 2,
  decode: bytes => decodeBy('euc-jp', [...prefix, ...bytes.map(byte => byte | 0x80)]),
});
const katakana = single('shift_jis');
const korean: CharacterSet = { width: 2, decode: bytes => decodeBy('euc-kr', bytes) };
const chinese: CharacterSet = { width: 2, decode: bytes => decodeBy('gbk', bytes) };

/** Escape sequences without their ESC, and the half of the code table that they change (PS3.3 C.12.1.1.2). */
const escapes: Readonly<Record<string, { half: 'low' | 'high'; set: CharacterSet }>> = {
  '(B': { half: 'low', set: ascii },
  '(J': { half: 'low', set: ascii },
  $B: { half: 'low', set: kanji([]) },
  '$@': { half: 'low', set: kanji([]) },
  '$(D': { half: 'low', set: kanji([0x8f]) },
  ')I': { half: 'high', set: katakana },
  '$)C': { half: 'high', set: korean },
  '$)A': { half: 'high', set: chinese },
  '-A': { half: 'high', set: single('iso-8859-1') },
  '-B': { half: 'high', set: single('iso-8859-2') },
  '-C': { half: 'high', set: single('iso-8859-3') },
  '-D': { half: 'high', set: single('iso-8859-4') },
  '-F': { half: 'high', set: single('iso-8859-7') },
  '-G': { half: 'high', set: single('iso-8859-6') },
  '-H': { half: 'high', set: single('iso-8859-8') },
  '-L': { half: 'high', set: single('iso-8859-5') },
  '-M': { half: 'high', set: single('iso-8859-9') },
  '-T': { half: 'high', set: single('windows-874') },
  '-b': { half: 'high', set: single('iso-8859-15') },
};

/** The upper half at the beginning, by the number of the character set. */
const firstSets: Readonly<Record<string, CharacterSet>> = {
  '13': katakana,
  '58': chinese,
  '100': escapes['-A'].set,
  '101': escapes['-B'].set,
  '109': escapes['-C'].set,
  '110': escapes['-D'].set,
  '126': escapes['-F'].set,
  '127': escapes['-G'].set,
  '138': escapes['-H'].set,
  '144': escapes['-L'].set,
  '148': escapes['-M'].set,
  '149': korean,
  '166': escapes['-T'].set,
  '203': escapes['-b'].set,
};

const ESC = 0x1b;
const lineEnds = '\t\n\f\r\\';

/**
 * Decodes text in several character sets, between which escape sequences change (ISO 2022, as PS3.5 6.1.2.5 uses it).
 *
 * @param stated the values of Specific Character Set; an empty first one is ASCII, which has no upper half: some writers then
 *   leave out the sequence that calls another
 * @param isName of a Person Name, whose components begin anew with the first character set
 * @returns the text; what no set knows is U+FFFD
 */
export function decodeWithEscapes(bytes: Uint8Array, stated: readonly string[], isName: boolean): string {
  const delimiters = isName ? `${lineEnds}^=` : lineEnds;
  const initial = stated.map(upperHalf).find(set => set !== undefined);
  let [low, high] = [ascii, initial];
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const escape = bytes[at] === ESC ? escapeAt(bytes, at + 1) : undefined;
    if (escape) {
      const { half, set } = escapes[escape];
      if (half === 'low') low = set;
      else high = set;
      at += 1 + escape.length;
      continue;
    }
    const set = bytes[at] < 0x80 ? low : (high ?? ascii);
    // Blanks and control characters are the same in every set.
    const width = bytes[at] > 0x20 ? set.width : 1;
    const character = set.decode([...bytes.subarray(at, at + width)]);
    text += width === set.width ? character : String.fromCharCode(bytes[at]);
    at += width;
    if (set.width === 1 && delimiters.includes(character)) [low, high] = [ascii, initial ?? high];
  }
  return text;
}

function upperHalf(stated: string): CharacterSet | undefined {
  // Of a text from a file: searched whole for digits at its end, a long one would take time by its square.
  return firstSets[/\d+$/.exec(stated.trim().slice(-9))?.[0] ?? ''];
}

function escapeAt(bytes: Uint8Array, at: number): string | undefined {
  const next = String.fromCharCode(...bytes.subarray(at, at + 3));
  return Object.keys(escapes).find(escape => next.startsWith(escape));
}
