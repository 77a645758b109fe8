import { markAgreement, type MarkAgreement, type MarkSpacing, type Outline } from '../../study/mark-on-map';
import type { Result } from '../store/state';
import { questionOf } from './question';

/** How a mark lies to the map of one of the explanations of a finding that were shown of a film. */
export interface Comparison {
  /** Names the explanation among those of the film. */
  key: string;
  /** Finding, method, and what tells it from others of the film. */
  title: string;
  /** It is the one on display. */
  current: boolean;
  /** Absent without a mark, and where the mark has no pixel in the film. */
  agreement?: MarkAgreement;
}

interface ShownMap {
  question: string;
  version: string;
  title: string;
  /** rows × columns, 1 where the map marks. */
  mask: Uint8Array;
  rows: number;
  columns: number;
  peak: [x: number, y: number];
}

/** Maps of one film are kept for comparison; of a film of 10 million pixels that many bytes each. */
const mostKept = 6;

/** The maps that were shown of the film on display, so that one mark is compared with each, also when it is moved. */
export class ShownMaps {
  private imageId = '';
  private readonly maps = new Map<string, ShownMap>();

  /** Notes a map that is shown, at the percentile of its mask; of another film than before, the others are let go. */
  show(result: Result, mask: Uint8Array): void {
    if (result.imageId !== this.imageId) this.maps.clear();
    this.imageId = result.imageId;
    const key = keyOf(result);
    const { rows, columns } = result.reply.geometry;
    this.maps.delete(key);
    this.maps.set(key, {
      question: questionOf(result),
      version: result.card.version,
      title: titleOf(result),
      mask,
      rows,
      columns,
      peak: peakOf(result),
    });
    const [oldest] = this.maps.keys();
    if (this.maps.size > mostKept) this.maps.delete(oldest);
  }

  /**
   * Maps of the same finding by the same model, the one on display first, then the one that was shown last: where another finding
   * lies says nothing of this mark.
   */
  compare(result: Result, outline: Outline | undefined, spacing: MarkSpacing | undefined): Comparison[] {
    if (result.imageId !== this.imageId) return [];
    return [...this.maps]
      .reverse()
      .filter(([, { question }]) => question === questionOf(result))
      .map(([key, { version, title, peak, ...map }]) => ({
        key,
        title: version === result.card.version ? title : `${title} · ${version}`,
        current: key === keyOf(result),
        agreement: outline && markAgreement(outline, map, peak, spacing),
      }))
      .sort((a, b) => Number(b.current) - Number(a.current));
  }
}

function keyOf({ card, method, generator, label, augment }: Result): string {
  const of = label === undefined ? [] : [label];
  return [card.id, card.version, ...of, method.id, generator ?? '', augment?.count ?? 0].join('/');
}

function titleOf({ method, generator, label, augment }: Result): string {
  return [label, method.title, generator, augment && `× ${augment.count}`].filter(Boolean).join(' · ');
}

/** Centre of the map's pixel with the largest value, on the film. */
function peakOf({ reply: { map, mapSize, geometry } }: Result): [number, number] {
  let peak = 0;
  for (let i = 1; i < map.length; i++) if (map[i] > map[peak]) peak = i;
  const { scaleX, scaleY, offsetX, offsetY } = geometry;
  const [u, v] = [(peak % mapSize.columns) + 0.5, Math.floor(peak / mapSize.columns) + 0.5];
  // A map that was read from the archive is of the film's own size.
  if (mapSize.rows === geometry.rows && mapSize.columns === geometry.columns) return [u, v];
  return [(u - offsetX) / scaleX, (v - offsetY) / scaleY];
}
