import { spoken } from '../i18n/spoken';
import type { ExplainService } from '../store/explain-service';
import type { Result } from '../store/state';
import type { GeneratedKind } from '../worker/protocol';

/** Generated images at native resolution, fetched from the worker when first shown; those of one image are kept. */
export class GeneratedImages {
  private imageId?: string;
  private result?: Result;
  private readonly values = new Map<GeneratedKind, Float32Array | Promise<void>>();

  constructor(
    private readonly service: ExplainService,
    private readonly onArrival: () => void,
  ) {}

  /** The values when they are here; otherwise they are asked for, and `onArrival` is called. */
  get(imageId: string, result: Result, kind: GeneratedKind): Float32Array | undefined {
    this.keepOnly(imageId, result);
    const found = this.values.get(kind);
    if (found instanceof Float32Array) return found;
    // Asked for on the next turn: asking changes the state, which draws, which would ask again.
    if (!found)
      this.values.set(
        kind,
        Promise.resolve().then(() => this.fetch(imageId, result, kind)),
      );
    return undefined;
  }

  /** The values, waited for. */
  async wait(imageId: string, result: Result, kind: GeneratedKind): Promise<Float32Array> {
    const here = this.get(imageId, result, kind);
    if (here) return here;
    await this.values.get(kind);
    const arrived = this.values.get(kind);
    if (arrived instanceof Float32Array) return arrived;
    throw new Error('The image is no longer held; press Explain again.');
  }

  clear(): void {
    this.imageId = undefined;
    this.result = undefined;
    this.values.clear();
  }

  private keepOnly(imageId: string, result: Result): void {
    if (this.imageId === imageId && this.result === result) return;
    this.clear();
    this.imageId = imageId;
    this.result = result;
  }

  private async fetch(imageId: string, result: Result, kind: GeneratedKind): Promise<void> {
    try {
      const values = await this.service.values(imageId, kind);
      if (this.result !== result) return;
      this.values.set(kind, values);
      this.onArrival();
    } catch (error) {
      if (this.result !== result) return;
      this.values.delete(kind);
      this.service.setCounterfactual('off');
      this.service.setBlinking(false);
      this.service.notify({ kind: 'error', text: spoken((error as Error).message) });
    }
  }
}
