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
 * A text that the program made of its own words, of numbers, of a model card and of header values that were held against
 * closed lists.
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
