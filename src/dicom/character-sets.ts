/**
 * A graphic character set: how many bytes a character has, and what each is in UTF-16. Each is decoded by itself, once: of a run of them
 * a decoder would take a byte that is none for the first half of the next one.
 */
interface CharacterSet {
  width: 1 | 2;
  /** @param second absent where the set has one byte a character, or the text ends */
  unitsOf(first: number, second?: number): string;
}

function characterSet(
  width: 1 | 2,
  label: string,
  encode: (bytes: number[]) => number[] = bytes => bytes,
): CharacterSet {
  const known: string[] = [];
  let decoder: TextDecoder | undefined;
  return {
    width,
    unitsOf(first, second) {
      const place = second === undefined ? first : 256 + 256 * first + second;
      const units = known[place];
      if (units !== undefined) return units;
      decoder ??= new TextDecoder(label);
      const bytes = second === undefined ? [first] : [first, second];
      return (known[place] = decoder.decode(Uint8Array.from(encode(bytes))));
    },
  };
}

const single = (label: string): CharacterSet => characterSet(1, label);
const ascii = single('ascii');
/** JIS X 0208 and 0212 come as pairs of 7-bit bytes; EUC has the same pairs with the high bit set. */
const kanji = (prefix: readonly number[]): CharacterSet =>
  characterSet(2, 'euc-jp', bytes => [...prefix, ...bytes.map(byte => byte | 0x80)]);
const katakana = single('shift_jis');
const korean = characterSet(2, 'euc-kr');
const chinese = characterSet(2, 'gbk');

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
const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true });

/**
 * Decodes text in several character sets, between which escape sequences change (ISO 2022, as PS3.5 6.1.2.5 uses it).
 *
 * @param stated the values of Specific Character Set; an empty first one is ASCII, which has no upper half: some writers then
 *   leave out the sequence that calls another
 * @param isName of a Person Name, whose components begin anew with the first character set
 * @returns the text; what no set knows is U+FFFD
 */
export function decodeWithEscapes(bytes: Uint8Array, stated: readonly string[], isName: boolean): string {
  const delimiters = new Set(Array.from(isName ? `${lineEnds}^=` : lineEnds, one => one.charCodeAt(0)));
  const initial = stated.map(upperHalf).find(set => set !== undefined);
  let [low, high] = [ascii, initial];
  // No character has more units than bytes.
  const units = new Uint16Array(bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at];
    const escape = byte === ESC ? escapeAt(bytes, at + 1) : undefined;
    if (escape) {
      if (escape.half === 'low') low = escape.set;
      else high = escape.set;
      at += 1 + escape.length;
      continue;
    }
    const set = byte < 0x80 ? low : (high ?? ascii);
    if (set.width === 1) {
      const unit = set.unitsOf(byte).charCodeAt(0);
      units[count++] = unit;
      if (delimiters.has(unit)) [low, high] = [ascii, initial ?? high];
      at++;
    } else if (byte > 0x20) {
      const character = set.unitsOf(byte, bytes[at + 1]);
      for (let i = 0; i < character.length; i++) units[count++] = character.charCodeAt(i);
      at += 2;
    } else {
      // Blanks and control characters are the same in every set.
      units[count++] = byte;
      at++;
    }
  }
  return utf16.decode(units.subarray(0, count));
}

function upperHalf(stated: string): CharacterSet | undefined {
  // Of a text from a file: searched whole for digits at its end, a long one would take time by its square.
  return firstSets[/\d+$/.exec(stated.trim().slice(-9))?.[0] ?? ''];
}

/** By the two or three bytes of a sequence as one number. */
const escapesByBytes = new Map(
  Object.entries(escapes).map(([sequence, { half, set }]) => [
    numberOf(Array.from(sequence, one => one.charCodeAt(0))),
    { half, set, length: sequence.length },
  ]),
);

function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((number, byte) => 256 * number + byte, 0);
}

function escapeAt(
  bytes: Uint8Array,
  at: number,
): { half: 'low' | 'high'; set: CharacterSet; length: number } | undefined {
  const two = 256 * bytes[at] + bytes[at + 1];
  return escapesByBytes.get(two) ?? escapesByBytes.get(256 * two + bytes[at + 2]);
}
