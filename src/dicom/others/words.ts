const longest = 120;

/** Words of a header for people: one line, of a length that fits, without characters that turn or hide others. */
export function words(text: string | undefined): string {
  const plain = (text ?? '').replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}
