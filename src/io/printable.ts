/**
 * What a terminal acts upon or what makes a line read otherwise than it is: control characters (C0, DEL and C1, ECMA-48),
 * format characters (the bidirectional ones of UAX #9 and invisible ones among them), line and paragraph separators, and
 * halves of a surrogate pair.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text of foreign origin (a header value, a file name, a message that quotes one) as one line that a terminal shows and
 * does not obey. What it would obey is written as an escape that JSON and JavaScript read back, e.g. `\u001b`.
 */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** As {@link printable}, for text of several lines: line feeds and tabulators stay. */
export function printableLines(text: string): string {
  return text.replace(unprintable, character =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  if (short[character]) return short[character];
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
