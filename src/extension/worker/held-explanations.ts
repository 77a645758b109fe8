import type { FilmMap, RecordedFilm } from '../../explain';
import type { PreparedImage } from '../../models/preparation';
import { Failure } from '../failure';

/** What stays in the worker of an explained image, for the mask, the generated images and the DICOM objects. */
export interface HeldExplanation {
  onFilm: FilmMap;
  /** Absent where the explanation was restored from the archive. */
  made?: {
    explained: Omit<RecordedFilm, 'seconds'>;
    prepared: PreparedImage;
  };
}

/**
 * Bytes of films, their maps and what networks made of them, held at once: a film of 9 megapixels takes some 80 MB. What is let
 * go comes back by `hold` when it is asked for.
 */
const mostBytes = 400e6;

/** Explanations by their image's key; those that were not asked for longest are let go first. */
export class HeldExplanations {
  private readonly held = new Map<string, HeldExplanation>();

  constructor(private readonly most = mostBytes) {}

  hold(key: string, entry: HeldExplanation): void {
    this.held.delete(key);
    this.held.set(key, entry);
    let { bytes } = this;
    for (const [oldest, one] of this.held) {
      if (bytes <= this.most || oldest === key) return;
      bytes -= sizeOf(one);
      this.held.delete(oldest);
    }
  }

  /** Of all that is held. */
  get bytes(): number {
    return [...this.held.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  }

  /** @throws Failure `forgotten` */
  find(key: string): HeldExplanation {
    const found = this.held.get(key);
    if (!found) throw new Failure('forgotten', 'This explanation is no longer held; press Explain again.');
    this.held.delete(key);
    this.held.set(key, found);
    return found;
  }

  forget(key: string): void {
    this.held.delete(key);
  }
}

/** Bytes of all arrays of an explanation, each buffer once. */
export function sizeOf({ onFilm: { film }, made }: HeldExplanation): number {
  const arrays: (ArrayBufferView | undefined)[] = [film.values, film.valid];
  if (made) {
    const { map, signed, spread, similar, adversarial } = made.explained;
    const { input, valid, area, equalisation } = made.prepared;
    arrays.push(map, signed, spread, similar, adversarial);
    arrays.push(input, valid, area, equalisation.values, equalisation.ranks);
  }
  const buffers = new Set(arrays.flatMap(array => (array ? [array.buffer] : [])));
  // The map at the image's resolution is made sooner or later.
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, film.values.byteLength);
}
