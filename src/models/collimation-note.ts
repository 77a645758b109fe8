/** What is said of a film of which a share is collimated. */
export function collimationText(share: number): string {
  return `${(100 * share).toFixed(0)} % of the image is collimated (shutter or border) and left out.`;
}

/** Whether a sentence is {@link collimationText}'s: a fact of every collimated film, which tells nothing against its explanation. */
export function isCollimationNote(sentence: string): boolean {
  return /^\d+ % of the image is collimated /.test(sentence);
}
