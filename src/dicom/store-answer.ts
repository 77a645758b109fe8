/** What an archive says of the objects of one STOW-RS request (PS3.18 10.5.3): SOP Instance UIDs. */
export interface StoreAnswer {
  stored: string[];
  /** Not taken, with the Failure Reason (PS3.18 I.2.2); 0 where none is stated. */
  failed: { uid: string; reason: number }[];
}

/** An answer that no archive gives: most often a page of HTML from something in front of it. */
export class StoreAnswerError extends Error {
  override name = 'StoreAnswerError';
}

/**
 * Failure Reasons of an object that is there already: Duplicate SOP Instance (PS3.7 C.5.7), and that of Microsoft's DICOM
 * service (45070).
 */
const alreadyThere: readonly number[] = [0x0111, 0xb00e];

/** What became of each object of a request, by its SOP Instance UID. */
export interface StoreVerdict {
  stored: string[];
  /** Not taken, since the archive holds an object of this UID. */
  present: string[];
  refused: { uid: string; reason: number }[];
  /** Of which the archive has not said a word. */
  unsaid: { uid: string }[];
}

/**
 * Compares what an archive says with what was sent: each object is counted once, what is said of others is not counted, and
 * an object of which two things are said counts as refused.
 *
 * @param sent SOP Instance UIDs
 * @param answer undefined where the archive has said nothing
 */
export function judgeStore(sent: readonly string[], answer: StoreAnswer | undefined): StoreVerdict {
  const verdict: StoreVerdict = { stored: [], present: [], refused: [], unsaid: [] };
  for (const uid of new Set(sent)) {
    const named = answer?.failed.filter(failure => failure.uid === uid) ?? [];
    const stored = answer?.stored.includes(uid) ?? false;
    // A failure that names no object is that of all which are not said to be stored.
    const failures =
      named.length > 0 || stored ? named : (answer?.failed ?? []).filter(failure => failure.uid === '');
    const refusal = failures.find(({ reason }) => !alreadyThere.includes(reason));
    if (refusal) verdict.refused.push({ uid, reason: refusal.reason });
    else if (failures.length > 0) verdict.present.push(uid);
    else if (stored) verdict.stored.push(uid);
    else verdict.unsaid.push({ uid });
  }
  return verdict;
}

/** An archive says some hundred bytes of each object: what is longer is no answer to a store. Bytes, or UTF-16 units. */
export const longestStoreAnswer = 2 ** 20;

const tags = { failed: '00081198', stored: '00081199', uid: '00081155', reason: '00081197' };

/**
 * Reads the answer, DICOM JSON or the XML of the Native DICOM Model.
 *
 * @returns undefined where there is no text: the archive has not said what it did
 * @throws StoreAnswerError where the text is neither, or longer than {@link longestStoreAnswer}
 */
export function readStoreAnswer(text: string): StoreAnswer | undefined {
  if (text.length > longestStoreAnswer)
    throw new StoreAnswerError('what came is longer than any archive’s answer to a store');
  const begin = text.trimStart();
  if (begin === '') return undefined;
  const sequences = /^[[{]/.test(begin) ? fromJson(begin) : fromXml(begin);
  if (!sequences) throw new StoreAnswerError(describeAnswer(begin));
  return {
    stored: sequences.stored.map(item => item.uid),
    failed: sequences.failed.map(({ uid, reason }) => ({ uid, reason })),
  };
}

/** What came in place of an archive's answer, in words. */
function describeAnswer(text: string): string {
  return isWebPage(text)
    ? 'a web page came in place of an archive’s answer, perhaps one to log in'
    : 'what came is no answer of a DICOMweb service';
}

// What an archive sends is read in one pass each: a pattern with a repetition within another can take for ever on a short text.

/** Whether a text begins as HTML does, behind any number of comments. */
export function isWebPage(text: string): boolean {
  let at = behindBlanks(text, 0);
  while (text.startsWith('<!--', at)) {
    const end = text.indexOf('-->', at + 4);
    if (end < 0) return false;
    at = behindBlanks(text, end + 3);
  }
  return /^<(!doctype html|html)\b/i.test(text.slice(at, at + 20));
}

function behindBlanks(text: string, from: number): number {
  const blanks = /\s*/y;
  blanks.lastIndex = from;
  blanks.exec(text);
  return blanks.lastIndex;
}

type Item = { uid: string; reason: number };
type Sequences = { stored: Item[]; failed: Item[] };

function fromJson(text: string): Sequences | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const datasets = Array.isArray(parsed) ? parsed : [parsed];
  if (!datasets.every(isDicomJson)) return undefined;
  const items = (tag: string): Item[] =>
    datasets
      .flatMap(dataset => valuesOf(dataset[tag]))
      .map(item => ({
        uid: String(valuesOf(objectOf(item)[tags.uid])[0] ?? '').trim(),
        reason: Number(valuesOf(objectOf(item)[tags.reason])[0] ?? 0),
      }));
  return { stored: items(tags.stored), failed: items(tags.failed) };
}

/** Whether a value is a data set of the DICOM JSON Model (PS3.18 F.2): an object with tags for names. */
export function isDicomJson(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([tag, element]) => /^[0-9A-Fa-f]{8}$/.test(tag) && typeof element === 'object' && element !== null,
    )
  );
}

function valuesOf(element: unknown): unknown[] {
  const { Value } = objectOf(element);
  return Array.isArray(Value) ? Value : [];
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Reads what is asked for of the Native DICOM Model (PS3.19 A.1), in Node too, which has no parser of XML. */
function fromXml(text: string): Sequences | undefined {
  if (!/<(\w+:)?NativeDicomModel\b/.test(text)) return undefined;
  const sequences: Sequences = { stored: [], failed: [] };
  const open: string[] = [];
  let items: Item[] | undefined;
  for (const { close, name, attributes, content } of xmlTags(text)) {
    if (attributes.endsWith('/')) continue;
    if (name === 'DicomAttribute') {
      if (close) open.pop();
      else open.push(/\btag="(\w{8})"/.exec(attributes)?.[1] ?? '');
    }
    if (close) continue;
    const [sequence, tag] = open;
    if (open.length === 1) items = itemsFor(sequences, sequence);
    if (name === 'Item' && open.length === 1) items?.push({ uid: '', reason: 0 });
    const item = items?.at(-1);
    if (name !== 'Value' || open.length !== 2 || !item) continue;
    if (tag === tags.uid) item.uid = content.trim();
    if (tag === tags.reason) item.reason = Number(content);
  }
  return sequences;
}

interface XmlTag {
  close: boolean;
  /** Without its prefix. */
  name: string;
  attributes: string;
  /** Up to the next tag. */
  content: string;
}

function* xmlTags(text: string): Generator<XmlTag> {
  const begin = /<(\/?)(?:\w+:)?(\w+)/y;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    begin.lastIndex = at;
    const [tag, slash, name] = begin.exec(text) ?? [];
    if (tag === undefined) {
      at += 1;
      continue;
    }
    const end = text.indexOf('>', at);
    // Of what follows nothing is closed either.
    if (end < 0) return;
    const next = text.indexOf('<', end);
    yield {
      close: slash !== '',
      name,
      attributes: text.slice(at + tag.length, end),
      content: text.slice(end + 1, next < 0 ? undefined : next),
    };
    at = end + 1;
  }
}

function itemsFor(sequences: Sequences, tag: string): Item[] | undefined {
  if (tag === tags.stored) return sequences.stored;
  return tag === tags.failed ? sequences.failed : undefined;
}
