import type { DataSet } from './data-set';
import { lookUp, type LookupTable } from './lookup-table';
import type { ModalityLut } from './modality-lut';
import { tableOf } from './modality-lut';
import { decimalOf } from './number-strings';

/** How modality values are shown (PS3.3 C.11.2): a table, or a window with its function. */
export type Voi =
  | { kind: 'table'; table: LookupTable; bits: number }
  | { kind: 'window'; shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID'; center: number; width: number };

/**
 * The views that a header offers, tables of its VOI LUT Sequence first, then its windows, each in the header's order.
 * What is unusable (a table without data, a width of 0, a text that is no number) is left out. No network sees any of them: they serve pictures
 * for people alone.
 *
 * @param signed whether stored values are signed
 */
export function declaredVois(dataSet: DataSet, lut: ModalityLut, signed: boolean): Voi[] {
  const hasSign = 'table' in lut ? false : signed || lut.intercept < 0;
  const tables: Voi[] = [];
  for (const item of dataSet.items('x00283010')) {
    const table = tableOf(item, hasSign);
    if (table) tables.push({ kind: 'table', table, bits: item.uint16('x00283002', 2) || 16 });
  }
  const centers = numbers(dataSet, 'x00281050');
  const widths = numbers(dataSet, 'x00281051');
  const stated = dataSet.string('x00281056')?.trim().toUpperCase();
  const windows = centers.flatMap((center, i): Voi[] => {
    const width = widths[i] ?? NaN;
    if (!(width > 0) || !Number.isFinite(center)) return [];
    // A linear window is at least 1 wide; narrower ones come from files whose values are fractions.
    const linear = stated === 'LINEAR_EXACT' || width < 1 ? 'LINEAR_EXACT' : 'LINEAR';
    return [{ kind: 'window', shape: stated === 'SIGMOID' ? 'SIGMOID' : linear, center, width }];
  });
  return [...tables, ...windows];
}

/** Brightness of a modality value, in [0, 1], before MONOCHROME1 is inverted. */
export function displayLevel(voi: Voi, value: number): number {
  if (voi.kind === 'table') {
    return Math.min(1, lookUp(voi.table, Math.round(value)) / (2 ** voi.bits - 1));
  }
  const { shape, center, width } = voi;
  switch (shape) {
    case 'SIGMOID': // C.11.2.1.3.1
      return 1 / (1 + Math.exp((-4 * (value - center)) / width));
    case 'LINEAR_EXACT': // C.11.2.1.3.2
      return clamp((value - center) / width + 0.5);
    case 'LINEAR': // C.11.2.1.2.1
      return width === 1 ? Number(value > center - 0.5) : clamp((value - (center - 0.5)) / (width - 1) + 0.5);
  }
}

function clamp(level: number): number {
  return Math.min(1, Math.max(0, level));
}

function numbers(dataSet: DataSet, tag: string): number[] {
  const text = dataSet.string(tag)?.trim();
  return text ? text.split('\\').map(decimalOf) : [];
}
