import type { ExplainService } from '../store/explain-service';
import { GeneratedImages } from './generated-images';
import {
  captureViewportId,
  cornerstoneEvents,
  type Cornerstone,
  type CornerstoneTools,
  type CornerstoneViewport,
  type Services,
  type Subscription,
} from '../host/ohif-types';
import { subscribeSafely } from '../host/subscriptions';
import { ViewportOverlay } from './viewport-overlay';

/** Keeps one overlay on every viewport of the grid and on that of the viewer's Capture, and tells the service when the image on display changes. */
export class Overlays {
  readonly images: GeneratedImages;
  private readonly overlays = new Map<string, ViewportOverlay>();
  private readonly subscriptions: Subscription[] = [];
  private pending = false;
  private drawing?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly services: Services,
    private readonly cornerstone: Cornerstone,
    private readonly tools: CornerstoneTools,
    private readonly service: ExplainService,
    private readonly onViewportsChange: () => void,
  ) {
    this.images = new GeneratedImages(service, () => this.draw());
  }

  start(): void {
    const { viewportGridService, cornerstoneViewportService, displaySetService } = this.services;
    const changed = (): void => this.schedule();
    this.subscriptions.push(
      ...subscribeSafely(
        viewportGridService,
        ['ACTIVE_VIEWPORT_ID_CHANGED', 'GRID_STATE_CHANGED', 'LAYOUT_CHANGED', 'VIEWPORTS_READY'],
        changed,
      ),
      ...subscribeSafely(cornerstoneViewportService, ['VIEWPORT_DATA_CHANGED'], changed),
      ...subscribeSafely(displaySetService, ['DISPLAY_SETS_CHANGED'], changed),
      this.listen(cornerstoneEvents.elementEnabled, changed),
      this.listen(cornerstoneEvents.elementDisabled, event => {
        this.forget((event as CustomEvent<{ viewportId?: string }>).detail?.viewportId);
        changed();
      }),
    );
    this.schedule();
  }

  stop(): void {
    this.subscriptions.splice(0).forEach(subscription => subscription.unsubscribe());
    this.overlays.forEach(overlay => overlay.dispose());
    this.overlays.clear();
    this.images.clear();
    clearTimeout(this.drawing);
    this.drawing = undefined;
  }

  /** On the next turn, once for all that changes until then: the panel is rendered in the turn of the change. */
  drawSoon(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.draw();
    });
  }

  draw(): void {
    this.overlays.forEach(overlay => overlay.draw());
  }

  /** Viewport ids of the grid that show an image now. */
  viewportsShowing(imageId: string): string[] {
    return [...this.overlays]
      .filter(
        ([viewportId, { viewport }]) =>
          viewportId !== captureViewportId && viewport.getCurrentImageId?.() === imageId,
      )
      .map(([viewportId]) => viewportId);
  }

  /** Several events come for one change: look once, after the host has settled. */
  private schedule(): void {
    if (this.pending) return;
    this.pending = true;
    setTimeout(() => {
      this.pending = false;
      if (this.subscriptions.length === 0) return;
      try {
        this.sync();
      } catch (error) {
        console.error('ohif-extension-explain: the viewports were not read', error);
      }
    });
  }

  private sync(): void {
    const present = new Map<string, ViewportOverlay>();
    const inGrid = this.services.viewportGridService.getState().viewports.keys();
    for (const viewportId of [...inGrid, captureViewportId]) {
      const viewport = this.find(viewportId);
      if (!viewport?.element) continue;
      const kept = this.overlays.get(viewportId);
      const overlay = kept?.belongsTo(viewport)
        ? kept
        : new ViewportOverlay(viewport, this.cornerstone, this.tools, this.service, this.images, () =>
            this.changed(),
          );
      present.set(viewportId, overlay);
    }
    for (const [viewportId, overlay] of this.overlays) {
      if (present.get(viewportId) !== overlay) overlay.dispose();
    }
    this.overlays.clear();
    present.forEach((overlay, viewportId) => this.overlays.set(viewportId, overlay));
    this.changed();
    this.draw();
  }

  /** At once: nothing may be drawn into a viewport that has gone, nor asked of it, until the viewer has settled. */
  private forget(viewportId: string | undefined): void {
    if (viewportId === undefined) return;
    this.overlays.get(viewportId)?.dispose();
    this.overlays.delete(viewportId);
  }

  private find(viewportId: string): CornerstoneViewport | null | undefined {
    const { cornerstoneViewportService } = this.services;
    return viewportId === captureViewportId
      ? cornerstoneViewportService.getRenderingEngine?.()?.getViewport?.(viewportId)
      : cornerstoneViewportService.getCornerstoneViewport(viewportId);
  }

  private changed(): void {
    this.service.refresh();
    this.onViewportsChange();
  }

  private listen(event: string, callback: (event: Event) => void): Subscription {
    this.cornerstone.eventTarget.addEventListener(event, callback);
    return { unsubscribe: () => this.cornerstone.eventTarget.removeEventListener(event, callback) };
  }
}
