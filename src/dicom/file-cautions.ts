/** Names the private block (PS3.5 7.8.1) in which the viewer server tells the extension what its reader put right. */
const CREATOR = 'ohif-extension-explain';
const GROUP = '0009';
const ELEMENT = '01';

/** One element of the DICOM JSON model (PS3.18 annex F.2.2). */
interface JsonElement {
  vr: string;
  Value?: unknown[];
}

/**
 * Adds what a reader found wrong in a file to the metadata that it sends: a viewer sees attributes and frames, and never the
 * file. The object itself is not changed.
 *
 * @param json attributes by tag, eight upper-case hexadecimal digits
 * @returns the same attributes where there is nothing to say
 */
export function withFileCautions<T extends Record<string, JsonElement>>(
  json: T,
  cautions: readonly string[],
): T | Record<string, JsonElement> {
  if (cautions.length === 0) return json;
  const block = blocks.find(free => Object.keys(json).every(tag => !ofBlock(tag, free)));
  if (!block) return json;
  const added: Record<string, JsonElement> = {
    ...json,
    [`${GROUP}00${block}`]: { vr: 'LO', Value: [CREATOR] },
    [`${GROUP}${block}${ELEMENT}`]: { vr: 'UT', Value: [cautions.join('\n')] },
  };
  return Object.fromEntries(Object.entries(added).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What the viewer server's reader found wrong in the file of an instance; nothing where another archive sent it.
 *
 * @param instance a naturalised data set, in which private elements keep their tags for names
 */
export function fileCautionsOf(instance: Readonly<Record<string, unknown>>): string[] {
  const block = blocks.find(each => instance[`${GROUP}00${each}`] === CREATOR);
  const text = block && instance[`${GROUP}${block}${ELEMENT}`];
  return typeof text === 'string' ? text.split('\n') : [];
}

/** The blocks that a private creator can reserve, 10 to FF. */
const blocks = Array.from({ length: 0xf0 }, (_, i) => (0x10 + i).toString(16).toUpperCase());

function ofBlock(tag: string, block: string): boolean {
  return tag === `${GROUP}00${block}` || tag.startsWith(`${GROUP}${block}`);
}
