/** What x_a does to the decisions of a film. */
export interface FlipFacts {
  /** Whether it changes the explained decision; undefined where no x_a is made. */
  flip: boolean | undefined;
  /** Of classes that exclude each other, the one that it shows. */
  instead?: string;
  /** Of independent labels, the other ones that it changes. */
  others?: readonly string[];
}

/** What to do where the explained decision stays. */
const notFlipped =
  ' (the map is of a change too small for another answer: compare --method gradcam or occlusion, which need no x_a)';

/** As a part of the terminal's line, after a comma; empty where no x_a is made. */
export function flipText({ flip, instead, others }: FlipFacts): string {
  if (flip === undefined) return '';
  if (!others)
    return flip
      ? `, x_a flips the decision${instead === undefined ? '' : ` to ${instead}`}`
      : `, x_a does not flip the decision${notFlipped}`;
  const names = others.join(', ');
  if (flip)
    return `, x_a flips the decision on this label ${names ? `and also on ${names}` : 'and on no other'}`;
  return `, x_a does not flip the decision on this label${notFlipped}, ${names ? `but that on ${names}` : 'nor that on any other'}`;
}
