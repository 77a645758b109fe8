// By hand: a pattern like / +$/ begins anew at each of the blanks within a text, and takes hours on a long run of them.

/** A text without the characters of `padding` at its end. */
export function withoutEnd(text: string, padding: string): string {
  let end = text.length;
  while (end > 0 && padding.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** A text without the blanks and NULs around it by which values have an even length (PS3.5 6.2). */
export function withoutPadding(text: string): string {
  const cut = withoutEnd(text, blanks);
  let start = 0;
  while (start < cut.length && blanks.includes(cut[start])) start += 1;
  return cut.slice(start);
}

/** What a value of a DICOM file is padded with. */
export const blanks = ' \0';
