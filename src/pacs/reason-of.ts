import type { DicomImageErrorCode } from '../dicom';
import { connectionCode, HarmlessError, listed, said, type HarmlessText } from '../io/harmless';

/** What a log says of an error: its own message where it is a harmless one, else which kind of error it is, and nothing of it. */
export function reasonOf(error: unknown): HarmlessText {
  if (error instanceof HarmlessError) return error.said;
  const { name, code } = Object(error) as { name?: unknown; code?: unknown };
  if (name === 'DicomImageError')
    return imageReasons[code as DicomImageErrorCode] ?? said`The image cannot be read.`;
  return (
    reasonsByName.get(String(name)) ??
    said`Unexpected: ${listed(errorNames, String(name), said`an error of another kind`)}${codeOf(code)}. Run it by hand with EXPLAIN_DEBUG=1, which writes the whole error, patients’ data included, to the terminal.`
  );
}

function codeOf(code: unknown): HarmlessText {
  const known = connectionCode(code);
  return known ? said` (${known})` : said``;
}

const errorNames: ReadonlySet<string> = new Set([
  'AggregateError',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'ReplyError',
  'SyntaxError',
  'TypeError',
  'URIError',
]);

const more = said`"explain check" says more of the file.`;

const imageReasons: Readonly<Record<DicomImageErrorCode, HarmlessText>> = {
  'not-dicom': said`What the archive sent is no DICOM file.`,
  truncated: said`The file is cut off. ${more}`,
  damaged: said`The header cannot be read, or contradicts itself. ${more}`,
  'no-pixels': said`The object holds no image. ${more}`,
  colour: said`The image is in colour; only greyscale images are explained.`,
  'multi-frame': said`The image has several frames; "explain run --frame" explains one of them.`,
  'unsupported-syntax': said`The pixels are in a transfer syntax that is not read. ${more}`,
  'unsupported-pixels': said`The pixels are of a kind that is not read. ${more}`,
  decode: said`The compressed pixels cannot be decoded. ${more}`,
};

const reasonsByName: ReadonlyMap<string, HarmlessText> = new Map([
  ['PreparationError', said`The image cannot be brought to the network’s input. ${more}`],
  [
    'ResultError',
    said`A result object cannot be made: a UID of the image is missing or invalid, the map marks nothing and only what shows the marks is wanted, x_a is wanted of a method that makes none, or a presentation state of a film whose grey levels are a look-up table. "explain run --dicom" says more of the file.`,
  ],
  [
    'NotFiniteError',
    said`The networks gave a value that is not finite, so there is no answer. Their weights are damaged or too large: install the model package again.`,
  ],
]);
