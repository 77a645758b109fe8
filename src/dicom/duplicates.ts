/**
 * Attributes that decide what the pixels are, whose they are, what a model may be used for, or where the image lies. Of one
 * that stands twice in a data set (which PS3.5 7.1 forbids) DCMTK reads the first and pydicom the last.
 */
const deciding = new Set(
  (
    '00080005 00080016 00080018 0008001c 00080020 00080060 00080068 00082218 ' +
    '00100010 00100020 00100030 00100040 00101010 ' +
    '00180015 00181164 00185101 ' +
    '0020000d 0020000e 00200020 00200032 00200037 00200052 00200060 00200062 00540220 20500020'
  ).split(' '),
);

/** Whether the two contents of an attribute that stands twice must be the same: pixel groups, shutters, and those above. */
export function decides(tag: string): boolean {
  return /^(0002|0028|7fe0|0018(16|17)|6[0-9a-f]{3}0102)/.test(tag) || deciding.has(tag);
}

const mostNamed = 5;

/** Attributes that stand more than once in a file. */
export class Duplicates {
  private readonly tags = new Set<string>();
  private more = false;

  add(tag: string): void {
    if (this.tags.size < mostNamed) this.tags.add(tag);
    else if (!this.tags.has(tag)) this.more = true;
  }

  /** Says which, undefined where there are none; no value of the header is in it. */
  caution(): string | undefined {
    if (this.tags.size === 0) return undefined;
    const names = [...this.tags].map(tagName).join(', ') + (this.more ? ' and more' : '');
    return `These attributes stand more than once in a data set: ${names}. The first is read; other programs may read the last.`;
  }
}

/** A tag as people write it: (0010,0010). */
export function tagName(tag: string): string {
  return `(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase();
}
