/** One element of the DICOM JSON model (PS3.18 annex F.2.2). */
export interface DicomJsonElement {
  vr: string;
  Value?: unknown[];
  InlineBinary?: string;
  BulkDataURI?: string;
}

/** A dataset of the DICOM JSON model: elements by tag, eight upper-case hexadecimal digits. */
export type DicomJson = Record<string, DicomJsonElement>;

/** The first value of an element as text; empty when the element is absent or empty. */
export function firstText(dataset: DicomJson, tag: string): string {
  const value = dataset[tag]?.Value?.[0];
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return String(Object.values(value)[0] ?? '');
  return String(value);
}
