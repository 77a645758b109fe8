import type { DcmjsElement } from 'dcmjs';
import { decimalOf } from './number-strings';

type Dict = Record<string, DcmjsElement>;

/** Most characters of a value (PS3.5 table 6.2-1). */
const longest: Readonly<Record<string, number>> = { AE: 16, LO: 64, SH: 16, ST: 1024, LT: 10240 };

/** Forms of values that are no free text; one that breaks its own is left empty. */
const forms: Readonly<Record<string, RegExp>> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]{1,16}$/,
  DA: /^\d{8}$/,
  TM: /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/,
  UI: /^[0-9.]{1,64}$/,
};

/**
 * What ties an object to its patient and study is repeated as it stands, however long: cut, it would be another patient's
 * or nobody's, and an archive would file the object apart from its image. Patient's Name, Patient ID and its issuer,
 * Accession Number, Study ID, Referring Physician's Name.
 */
const kept = new Set(['00100010', '00100020', '00100021', '00080050', '00200010', '00080090']);

/**
 * Brings values to what their representation allows (PS3.5 6.2): long texts are cut, control characters in them become
 * blanks (line ends stay where they may), decimals where integers belong are rounded, and what has no valid form is left
 * empty. Values come from other systems' headers too, which keep to none of it.
 */
export function fitValues(dict: Dict): Dict {
  return Object.fromEntries(Object.entries(dict).map(([tag, element]) => [tag, fitElement(tag, element)]));
}

function fitElement(tag: string, element: DcmjsElement): DcmjsElement {
  const { vr, Value: values } = element;
  if (!vr || !Array.isArray(values) || kept.has(tag)) return element;
  if (vr === 'SQ') return { ...element, Value: values.map(item => fitValues(item as Dict)) };
  return { ...element, Value: values.map(value => fitValue(vr, value)) };
}

function fitValue(vr: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (vr === 'IS') return integerString(value);
  if (vr === 'DS') return fitDecimal(value);
  const form = forms[vr] as RegExp | undefined;
  if (form) return form.test(value) ? value : '';
  const most = longest[vr] as number | undefined;
  if (most === undefined) return value;
  const hasLines = vr === 'ST' || vr === 'LT';
  // eslint-disable-next-line no-control-regex
  const clean = value.replace(hasLines ? /[\0-\x08\x0b\x0e-\x1f\x7f]/g : /[\0-\x1f\x7f]+/g, ' ');
  return cut(clean, most);
}

/** Text cut to the longest that a value representation takes; three dots, for some count the bytes of a character. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}

/** An Integer String (PS3.5 6.2): rounded, within 32 bits; empty for what is no number. */
function integerString(text: string): string {
  const number = Math.round(decimalOf(text));
  const isOne = Math.abs(number) < 2 ** 31;
  return isOne ? String(number) : '';
}

function fitDecimal(text: string): string {
  const number = decimalOf(text);
  if (Number.isNaN(number)) return '';
  return text.length <= 16 ? text : decimalString(number);
}

/** A number as a Decimal String of at most 16 characters (PS3.5 6.2). */
export function decimalString(value: number): string {
  for (let digits = 15; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return value.toExponential(8);
}
