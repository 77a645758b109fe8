import type { DicomImageErrorCode } from '../dicom';

declare const harmless: unique symbol;

/**
 * Text that may stand in a log, made here alone: of the program's own words, of numbers, and of values of closed lists. The
 * types let no other text into a log: no value of a header, which may be a patient's name whatever its attribute is, and no
 * message of a library, which may quote one.
 */
export type HarmlessText = string & { readonly [harmless]: true };

/** A sentence of the program's own words; only numbers and harmless texts can be put in. */
export function said(
  words: TemplateStringsArray,
  ...values: readonly (number | HarmlessText)[]
): HarmlessText {
  return String.raw({ raw: words }, ...values) as HarmlessText;
}

/** The value where it is on the list, else the substitute. */
export function listed(list: ReadonlySet<string>, value: string, substitute: HarmlessText): HarmlessText {
  return list.has(value) ? (value as HarmlessText) : substitute;
}

/** Harmless texts with a separator between. */
export function joined(texts: readonly HarmlessText[], separator: HarmlessText): HarmlessText {
  return texts.join(separator) as HarmlessText;
}

/**
 * A text that the program made of its own words, of numbers, of a model card and of header values that
 * {@link harmlessAttributes} has let through.
 */
export function vouchedFor(text: string): HarmlessText {
  return text as HarmlessText;
}

/** An error whose message may stand in a log. */
export abstract class HarmlessError extends Error {
  constructor(
    readonly said: HarmlessText,
    options?: ErrorOptions,
  ) {
    super(said, options);
  }
}

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

/** A code of Node or its HTTP client, e.g. ECONNREFUSED; undefined for anything else. */
export function connectionCode(code: unknown): HarmlessText | undefined {
  const isCode =
    typeof code === 'string' && /^(E[A-Z]{2,15}|ERR_[A-Z_]{2,50}|UND_ERR_[A-Z_]{2,40})$/.test(code);
  return isCode || certificateCodes.has(String(code)) ? (code as HarmlessText) : undefined;
}

/** Codes by which Node tells that a certificate is not trusted (`crypto.X509` of OpenSSL). */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

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
