import type { Result } from './state';

/** What the worker said of one result's masks at every stop of the slider. */
export interface MaskLevels {
  /** rows × columns: at how many stops a pixel is marked. */
  levels: Uint8Array<ArrayBuffer>;
  /** Pixels that are image. */
  valid: number;
}

/**
 * Bytes of levels that are kept in the page: those of some films on display. What is let go is asked of the worker again.
 */
const mostBytes = 64e6;

/** Levels of the results whose masks were asked for last, so that moving the slider asks the worker nothing. */
export class KeptLevels {
  private readonly kept = new Map<Result, Promise<MaskLevels>>();
  private bytes = 0;

  /** @param ask called where they are not here; a failure is not kept */
  async of(result: Result, ask: () => Promise<MaskLevels>): Promise<MaskLevels> {
    const found = this.kept.get(result);
    if (found) {
      this.kept.delete(result);
      this.kept.set(result, found);
      return found;
    }
    const asked = ask();
    this.kept.set(result, asked);
    try {
      this.bytes += (await asked).levels.byteLength;
    } catch (error) {
      this.kept.delete(result);
      throw error;
    }
    await this.letGo(result);
    return asked;
  }

  /** The oldest first, but for one. */
  private async letGo(result: Result): Promise<void> {
    for (const [oldest, levels] of this.kept) {
      if (this.bytes <= mostBytes || oldest === result) return;
      this.kept.delete(oldest);
      this.bytes -= (await levels.catch(() => undefined))?.levels.byteLength ?? 0;
    }
  }
}

/** The mask of one stop of the slider: 1 marked, 0 not. */
export function maskAt({ levels, valid }: MaskLevels, stop: number): { mask: Uint8Array; share: number } {
  const mask = new Uint8Array(levels.length);
  let marked = 0;
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] <= stop) continue;
    mask[i] = 1;
    marked++;
  }
  return { mask, share: valid > 0 ? marked / valid : 0 };
}
