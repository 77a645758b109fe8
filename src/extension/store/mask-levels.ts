import type { PixelArray } from '../host/ohif-types';
import { inSlices } from '../slices';
import type { WorkerCalls } from '../worker/protocol';
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

/** What an explanation marks, to be written where it is wanted. */
export interface Marks {
  /** Pixels of the image. */
  size: number;
  /** Pixels that are not padding or collimation: the share is one of these. */
  valid: number;
  /**
   * Writes 1 where a pixel is marked and 0 elsewhere, in slices: memory that is touched for the first time takes long.
   *
   * @param pixels `size` of them
   * @returns share of the pixels which are image that is marked
   */
  fill(pixels: PixelArray): Promise<number>;
}

/** Pixels that are written at a time. */
const step = 250_000;

/** The marks of one stop of the slider. */
export function marksAt({ levels, valid }: MaskLevels, stop: number): Marks {
  const fill = async (pixels: PixelArray): Promise<number> => {
    let marked = 0;
    await inSlices(levels.length, step, (from, to) => {
      for (let i = from; i < to; i++) marked += pixels[i] = levels[i] > stop ? 1 : 0;
    });
    return valid > 0 ? marked / valid : 0;
  };
  return { size: levels.length, valid, fill };
}

/** The marks of a mask that the worker made. */
export function marksOf({ mask, marked, valid }: WorkerCalls['mask']['reply']): Marks {
  const fill = async (pixels: PixelArray): Promise<number> => {
    await inSlices(mask.length, step, (from, to) => pixels.set(mask.subarray(from, to), from));
    return valid > 0 ? marked / valid : 0;
  };
  return { size: mask.length, valid, fill };
}
