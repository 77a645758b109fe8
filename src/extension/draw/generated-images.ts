import { spoken } from '../i18n/spoken';
import type { ExplainService } from '../store/explain-service';
import type { Result } from '../store/state';
import type { GeneratedKind } from '../worker/protocol';

interface Kept {
  result: Result;
  kind: GeneratedKind;
  values: Float32Array | Promise<void>;
}

/** Images that are kept: of a comparison every viewport may show another one. A film of 9 megapixels takes 36 MB. */
const mostKept = 5;

/** Generated images at native resolution, fetched from the worker when first shown; those shown last are kept. */
export class GeneratedImages {
  private kept: Kept[] = [];

  constructor(
    private readonly service: ExplainService,
    private readonly onArrival: () => void,
  ) {}

  /** The values when they are here; otherwise they are asked for, and `onArrival` is called. */
  get(result: Result, kind: GeneratedKind): Float32Array | undefined {
    const found = this.find(result, kind);
    if (found) {
      this.kept = [...this.kept.filter(one => one !== found), found];
      return found.values instanceof Float32Array ? found.values : undefined;
    }
    // Asked for on the next turn: asking changes the state, which draws, which would ask again.
    const values = Promise.resolve().then(() => this.fetch(result, kind));
    this.kept = [...this.kept.filter(one => isOfNow(one, result)), { result, kind, values }].slice(-mostKept);
    return undefined;
  }

  /** The values, waited for. */
  async wait(result: Result, kind: GeneratedKind): Promise<Float32Array> {
    const here = this.get(result, kind);
    if (here) return here;
    await this.find(result, kind)?.values;
    const arrived = this.find(result, kind)?.values;
    if (arrived instanceof Float32Array) return arrived;
    throw new Error('The image is no longer held; press Explain again.');
  }

  clear(): void {
    this.kept = [];
  }

  private find(result: Result, kind: GeneratedKind): Kept | undefined {
    return this.kept.find(one => one.result === result && one.kind === kind);
  }

  private async fetch(result: Result, kind: GeneratedKind): Promise<void> {
    try {
      const values = await this.service.values(result, kind);
      const asked = this.find(result, kind);
      if (!asked) return;
      asked.values = values;
      this.onArrival();
    } catch (error) {
      const asked = this.find(result, kind);
      if (!asked) return;
      this.kept = this.kept.filter(one => one !== asked);
      this.service.setCounterfactual('off');
      this.service.setBlinking(false);
      this.service.compare.filmInstead(result, kind);
      this.service.notify({ kind: 'error', text: spoken((error as Error).message) });
    }
  }
}

/** Of another film there is nothing to come back to soon, and of an explanation that was made anew nothing at all. */
function isOfNow(one: Kept, result: Result): boolean {
  const { imageId, key } = result;
  return one.result === result || (one.result.imageId === imageId && one.result.key !== key);
}
