import { maskColourOf } from './mask-colour';
import { Failure } from '../failure';
import { t } from '../i18n';
import { spoken } from '../i18n/spoken';
import type { ExplainService } from '../store/explain-service';
import {
  captureViewportId,
  type Cornerstone,
  type CornerstoneTools,
  type Services,
} from '../host/ohif-types';
import type { Target } from '../host/host-image';
import type * as Preview from '../preview';
import { percentileSteps, type Result } from '../store/state';
import { subscribeSafely } from '../host/subscriptions';
import { nextTurn } from '../slices';
import { ViewerSegmentations } from './viewer-segmentations';

interface Mask {
  segmentationId: string;
  result: Result;
  percentile: number;
  /** Whether each viewport shows it, as this extension last left it; a difference is the user's doing. */
  shown: Map<string, boolean>;
  /** Outline alone, without fill. */
  outline?: boolean;
}

export interface MaskHost {
  services: Services;
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
  /** Viewports that show an image now. */
  viewportsShowing(imageId: string): string[];
  shownImage(imageId: string): Target | undefined;
  /** Fetches what shows a mask while the percentile moves. */
  fetchPreview(): Promise<typeof Preview>;
  /** Called after a segmentation was made: the stock segmentation panel opens itself then. */
  afterCreation(): void;
}

/** Cornerstone gives a viewport a representation anew, with a visibility of its own, when the layout changes. */
const representationAdded = 'CORNERSTONE_TOOLS_SEGMENTATION_REPRESENTATION_ADDED';
/** Told when a viewport has taken a labelmap over, before it draws it. */
const dataModified = 'CORNERSTONE_TOOLS_SEGMENTATION_DATA_MODIFIED';

/**
 * Keeps what each explanation on display marks as a labelmap segmentation, so that the viewer's own tools see it. One
 * segmentation an explanation, over its image alone, changed in place when the percentile has moved. Its visibility is the panel's in every viewport that shows the explanation, and a switch of the viewer's
 * segmentation panel counts as one of ours.
 */
export class MaskSegmentations {
  /** By the key of the explanation. */
  private readonly masks = new Map<string, Mask>();
  private readonly segmentations: ViewerSegmentations;
  /** Shows a mask while the percentile moves; absent until it is fetched, with the first mask. */
  private moving?: Preview.MovingMask;
  private fetching?: Promise<void>;
  private running?: Promise<void>;
  /** What is being given to viewports, one after the other. */
  private presenting: Promise<void> = Promise.resolve();
  private again = false;
  private stopped = false;
  private readonly stopListening: () => void;
  /** Results whose mask could not be made, at a percentile: told once, and tried again with another. */
  private readonly failures = new Map<Result, number>();

  constructor(
    private readonly service: ExplainService,
    private readonly host: MaskHost,
  ) {
    const { services, cornerstone } = host;
    this.segmentations = new ViewerSegmentations(host);
    const modified = ['SEGMENTATION_REPRESENTATION_MODIFIED'];
    // After the event's other listeners: a representation that was just added says nothing of the user.
    const changed = (): void => queueMicrotask(() => this.adopt());
    const subscriptions = subscribeSafely(services.segmentationService, modified, changed);
    const added = (event: Event): void => {
      const { segmentationId, viewportId } = (event as CustomEvent<Record<string, string>>).detail ?? {};
      for (const mask of this.masks.values()) {
        if (mask.segmentationId === segmentationId) mask.shown.delete(viewportId);
      }
      if (viewportId === captureViewportId) queueMicrotask(() => (this.rest(), this.update()));
    };
    const taken = (event: Event): void => {
      const { segmentationId } = (event as CustomEvent<{ segmentationId?: string }>).detail ?? {};
      const mask = [...this.masks.values()].find(own => own.segmentationId === segmentationId);
      if (mask) this.segmentations.tellRange(this.viewportsOf(mask.result), mask.segmentationId);
    };
    cornerstone.eventTarget.addEventListener(representationAdded, added);
    cornerstone.eventTarget.addEventListener(dataModified, taken);
    this.stopListening = () => {
      subscriptions.forEach(subscription => subscription.unsubscribe());
      cornerstone.eventTarget.removeEventListener(representationAdded, added);
      cornerstone.eventTarget.removeEventListener(dataModified, taken);
    };
  }

  /**
   * Brings the segmentations up to the state; while one round runs, the next is only noted. A percentile that moves comes to
   * rest first.
   *
   * @returns whether the percentile moved and is shown without them: then nothing else has changed
   */
  update(): boolean {
    if (this.stopped) return false;
    const { percentile } = this.service.getState().settings;
    const moving = this.moving?.follow(percentileSteps.indexOf(percentile));
    if (moving) return moving === 'moved';
    // What is made already needs no worker, which may be busy with another image for minutes.
    for (const mask of this.masks.values()) this.present(mask).catch(() => undefined);
    if (this.running) {
      this.again = true;
      return false;
    }
    this.running = this.round().finally(() => {
      this.running = undefined;
      this.moving?.settle();
      if (this.again) {
        this.again = false;
        this.update();
      }
    });
    return false;
  }

  /** Names the segments in the viewer's language, which has changed. */
  nameAnew(): void {
    for (const { segmentationId, percentile } of this.masks.values())
      this.segmentations.name(segmentationId, percentile);
  }

  /** Has the segmentations brought up to a percentile that moves, without waiting for it to rest. */
  rest(): void {
    this.moving?.rest();
  }

  /** Waits until the segmentation of the image on display is up to date. */
  async settled(): Promise<void> {
    this.rest();
    while (this.running) await this.running;
    await this.presenting;
  }

  stop(): void {
    this.stopped = true;
    this.stopListening();
    this.moving?.stop();
    for (const [key, mask] of this.masks) this.remove(key, mask);
  }

  private async round(): Promise<void> {
    for (const [key, mask] of this.masks) {
      if (!this.segmentations.exists(mask.segmentationId)) this.removedByUser(key);
    }
    const displayed = new Set(this.service.displayed().map(({ key }) => key));
    for (const [key, mask] of this.masks) if (!displayed.has(key)) this.remove(key, mask);
    for (const result of this.service.displayed()) {
      if (this.viewportsOf(result).length === 0) continue;
      try {
        await this.bringUp(result);
      } catch (error) {
        this.tellOf(error as Error, result);
      }
      if (this.stopped) return;
    }
  }

  /** Viewports that are to show what an explanation marks. */
  private viewportsOf({ key, imageId }: Result): string[] {
    return this.host.viewportsShowing(imageId).filter(viewportId => {
      const { result, pane } = this.service.viewOf(viewportId, imageId);
      return result?.key === key && (!pane || pane.image === 'map');
    });
  }

  /** Brings one explanation's segmentation up to the state. */
  private async bringUp(result: Result): Promise<void> {
    const { showMask, percentile } = this.service.getState().settings;
    let mask = this.masks.get(result.key);
    const isStale = mask?.percentile !== percentile || mask.result !== result;
    if (showMask && isStale && this.failures.get(result) !== percentile) {
      mask = await this.write(result, percentile);
    }
    if (mask) await this.present(mask);
  }

  /** Gives a mask to the viewports that show its explanation, as the state asks, if it is still the one that counts. */
  private present({ segmentationId, result: { key, imageId } }: Mask): Promise<void> {
    const next = this.presenting.then(async () => {
      const mask = this.masks.get(key);
      if (
        this.stopped ||
        mask?.segmentationId !== segmentationId ||
        !this.segmentations.exists(mask.segmentationId)
      )
        return;
      const viewports = this.viewportsOf(mask.result);
      const { settings, outputVisible, look } = this.service.getState();
      const isShown = settings.showMask && outputVisible;
      // Before its style changes, else its fill would flash.
      if (!isShown) this.setVisible(mask, false);
      // Of an outline alone the viewer leaves a fill of 1 %, even where the segment is hidden.
      const outline = settings.showHeatMap && isShown;
      if (mask.outline !== outline) {
        // Of a new one before it is drawn at all: the viewer then draws it once.
        const drawn = mask.outline === undefined ? [] : this.host.viewportsShowing(imageId);
        mask.outline = outline;
        this.segmentations.setOutline(drawn, segmentationId, mask.outline);
      }
      if (
        await this.segmentations.addTo(
          viewports,
          segmentationId,
          maskColourOf(look, mask.result.reply.decision),
        )
      )
        this.host.afterCreation();
      this.setVisible(mask, isShown);
    });
    this.presenting = next.catch(() => undefined);
    return next;
  }

  /** The fault of one image leaves the masks of the others alone. */
  private tellOf(error: Error, result: Result): void {
    // Another backend was chosen meanwhile: nothing is wrong, and the next result brings its own mask.
    if (error instanceof Failure && error.code === 'cancelled') return;
    this.failures.set(result, this.service.getState().settings.percentile);
    this.service.notify({ kind: 'error', text: t('maskFailed', { reason: spoken(error.message) }) });
  }

  private async write(result: Result, percentile: number): Promise<Mask | undefined> {
    const marks = await this.service.marks(result, percentile);
    const { key, imageId } = result;
    const isDue = (): boolean => !this.stopped && this.service.displayed().includes(result);
    if (!isDue()) return undefined;
    const known = this.masks.get(key)?.segmentationId;
    const target = this.host.shownImage(imageId);
    const segmentationId = known ?? (target && (await this.created(target, result, percentile)));
    if (!segmentationId) return undefined;
    try {
      await marks.fill(this.segmentations.pixels(segmentationId, marks.size));
    } catch (error) {
      if (known === undefined) this.segmentations.remove(segmentationId);
      throw error;
    }
    if (known === undefined && !isDue()) {
      this.segmentations.remove(segmentationId);
      return undefined;
    }
    // The viewer takes a new one over when it is given to a viewport.
    if (known !== undefined) this.segmentations.written(segmentationId, percentile);
    const mask: Mask = { shown: new Map(), ...this.masks.get(key), segmentationId, result, percentile };
    this.masks.set(key, mask);
    this.fetching ??= this.fetchPreview();
    return mask;
  }

  /** Making one and writing it keeps the page's thread no longer than either does. */
  private async created(target: Target, result: Result, percentile: number): Promise<string> {
    const segmentationId = await this.segmentations.create(target, result, percentile);
    await nextTurn();
    return segmentationId;
  }

  /** Without it the labelmap follows the percentile itself, later. */
  private async fetchPreview(): Promise<void> {
    try {
      const { MovingMask } = await this.host.fetchPreview();
      if (this.stopped) return;
      this.moving = new MovingMask({
        ...this.host,
        service: this.service,
        masks: () => this.seen(),
        onRest: () => this.update(),
      });
    } catch (error) {
      console.error('ohif-extension-explain: masks follow the percentile without a preview', error);
    }
  }

  private seen(): ReturnType<Preview.MovingHost['masks']> {
    return this.service.displayed().flatMap(result => {
      const { segmentationId } = this.masks.get(result.key) ?? {};
      return segmentationId ? [{ segmentationId, result, viewportIds: this.viewportsOf(result) }] : [];
    });
  }

  /** In the viewports that show its explanation as asked for, and in none of the others that show the film. */
  private setVisible({ segmentationId, shown, result }: Mask, visible: boolean): void {
    const wanted = new Set(this.viewportsOf(result));
    this.setVisibleInCapture(segmentationId, visible, wanted);
    for (const viewportId of this.host.viewportsShowing(result.imageId)) {
      const actual = this.segmentations.visibleIn(viewportId, segmentationId) ?? shown.get(viewportId);
      // The viewer gives it to viewports of the same film by itself; where it did not, nothing is to be hidden.
      if (actual === undefined && !wanted.has(viewportId)) continue;
      const due = visible && wanted.has(viewportId);
      // Before the change: the host tells of it at once.
      shown.set(viewportId, due);
      if ((actual ?? true) === due) continue;
      this.segmentations.setVisible(viewportId, segmentationId, due);
      // A viewport that is being taken down does not follow: that is nobody's wish, and must not be taken for one.
      if (this.segmentations.visibleIn(viewportId, segmentationId) === !due) shown.delete(viewportId);
    }
  }

  /** The viewer's Capture is given every mask of the viewport that it shows, hidden ones too: there it is to show the same. */
  private setVisibleInCapture(segmentationId: string, visible: boolean, wanted: ReadonlySet<string>): void {
    const { subject } = this.service.getState();
    const due = visible && subject.kind === 'image' && wanted.has(subject.viewportId);
    const actual = this.segmentations.visibleIn(captureViewportId, segmentationId);
    if (actual !== undefined && actual !== due)
      this.segmentations.setVisible(captureViewportId, segmentationId, due);
  }

  /** Takes over a visibility that was changed in the viewer's own panel. */
  private adopt(): void {
    if (this.stopped) return;
    const { settings, outputVisible } = this.service.getState();
    for (const mask of this.masks.values()) {
      for (const viewportId of this.host.viewportsShowing(mask.result.imageId)) {
        const wanted = mask.shown.get(viewportId);
        const actual = this.segmentations.visibleIn(viewportId, mask.segmentationId);
        if (wanted === undefined || actual === undefined || actual === wanted) continue;
        // While all AI output is hidden, nothing but its own key brings it back.
        const isOwn = this.viewportsOf(mask.result).includes(viewportId);
        if (isOwn && outputVisible && settings.showMask === wanted) this.service.maskSwitched(actual);
        this.update();
        return;
      }
    }
  }

  /** The user deleted it in the segmentation panel: it must not come back by itself. */
  private removedByUser(key: string): void {
    this.masks.delete(key);
    this.service.setSettings({ showMask: false });
  }

  private remove(key: string, { segmentationId }: Mask): void {
    this.masks.delete(key);
    this.segmentations.remove(segmentationId);
  }
}
