/**
 * A cell by RFC 4180; an absent figure is an empty one. Text that a spreadsheet would take for a formula gets an apostrophe before
 * it: names come from files and tables of others.
 *
 * @param value numbers are written in full
 */
export function csvCell(value: string | number | null | undefined): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' && isFormula(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** OWASP, "CSV Injection": what begins so is computed by spreadsheets; a negative number is none. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text);
}
