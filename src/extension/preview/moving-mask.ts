import type { Decision } from '../../models/decision';
import { maskColourOf } from '../draw/mask-colour';
import type { Cornerstone, Services } from '../host/ohif-types';
import type { ExplainService } from '../store/explain-service';
import type { Result } from '../store/state';
import { PreviewPane, type MaskStyle } from './preview-pane';

/** Time for which the slider rests before the viewer's labelmap is written, milliseconds. */
const REST_MS = 200;

export interface MovingHost {
  service: Pick<ExplainService, 'getState' | 'levels'>;
  services: Pick<Services, 'segmentationService' | 'cornerstoneViewportService'>;
  cornerstone: Cornerstone;
  /** The masks of the viewer, and in which viewports each is to be seen. */
  masks(): readonly { segmentationId: string; result: Result; viewportIds: readonly string[] }[];
  /** The percentile rests: labelmaps may be written. */
  onRest(): unknown;
}

/**
 * While the percentile moves, what it would mark is drawn over each viewport by this extension alone, since the viewer takes a
 * labelmap anew for longer than a hand waits for a slider; the viewer's labelmap is written once the slider rests. A press or key
 * anywhere else ends the move at once, so that whatever is asked of the viewer next finds the labelmap of the last value.
 */
export class MovingMask {
  private percentile: number;
  private resting?: ReturnType<typeof setTimeout>;
  private readonly panes = new Map<string, PreviewPane>();

  constructor(private readonly host: MovingHost) {
    this.percentile = host.service.getState().settings.percentile;
  }

  /**
   * Looks whether the percentile has moved.
   *
   * @param stop of the slider at which it stands; −1: at none
   * @returns whether it did just now, or did before and labelmaps are to wait; undefined while it rests
   */
  follow(stop: number): 'moved' | 'waiting' | undefined {
    const { settings, outputVisible } = this.host.service.getState();
    if (settings.percentile !== this.percentile) {
      this.percentile = settings.percentile;
      this.stopWaiting();
      if (stop >= 0 && settings.showMask && outputVisible) {
        this.wait();
        this.draw(stop).catch(() => this.rest());
        return 'moved';
      }
    }
    return this.resting === undefined ? undefined : 'waiting';
  }

  /** Ends a move. */
  rest(): void {
    if (this.resting === undefined) return;
    this.stopWaiting();
    this.host.onRest();
  }

  /** Labelmaps are written: they take their place again, unless the percentile moves on. */
  settle(): void {
    if (this.resting === undefined) this.panes.forEach(pane => pane.settle());
  }

  stop(): void {
    this.stopWaiting();
    this.panes.forEach(pane => pane.remove());
    this.panes.clear();
  }

  private async draw(stop: number): Promise<void> {
    const { percentile } = this;
    const drawn = new Set<string>();
    for (const { segmentationId, result, viewportIds } of this.host.masks()) {
      const { levels } = await this.host.service.levels(result);
      // Moved on, or at rest by now.
      if (percentile !== this.percentile || this.resting === undefined) return;
      const { rows, columns } = result.reply.geometry;
      const image = { imageId: result.imageId, rows, columns };
      const labelmapId = this.labelmapOf(segmentationId);
      for (const viewportId of viewportIds) {
        const style = this.styleIn(viewportId, segmentationId, result.reply.decision);
        this.pane(viewportId)?.draw({ image, levels, stop, percentile, style, labelmapId });
        drawn.add(viewportId);
      }
    }
    for (const [viewportId, pane] of this.panes) if (!drawn.has(viewportId)) pane.remove();
    // After the page has been painted: the viewer draws for longer than the preview.
    requestAnimationFrame(() =>
      setTimeout(() => {
        if (this.resting !== undefined) this.panes.forEach(pane => pane.hideLabelmap());
      }),
    );
  }

  private pane(viewportId: string): PreviewPane | undefined {
    const viewport = this.host.services.cornerstoneViewportService.getCornerstoneViewport(viewportId);
    const kept = this.panes.get(viewportId);
    if (kept && kept.viewport === viewport) return kept;
    kept?.remove();
    this.panes.delete(viewportId);
    if (!viewport) return undefined;
    const pane = new PreviewPane(viewport, this.host.cornerstone);
    this.panes.set(viewportId, pane);
    return pane;
  }

  private labelmapOf(segmentationId: string): string | undefined {
    const { segmentationService } = this.host.services;
    return segmentationService.getSegmentation(segmentationId)?.representationData.Labelmap?.imageIds?.[0];
  }

  /** As the viewer draws the segment, with what its users set; where it does not say, as it does by itself (Cornerstone 5). */
  private styleIn(viewportId: string, segmentationId: string, decision: Decision): MaskStyle {
    const { segmentationService } = this.host.services;
    const { settings, look } = this.host.service.getState();
    const {
      renderFill = !settings.showHeatMap,
      renderOutline = true,
      fillAlpha = 0.5,
      outlineOpacity = 1,
      outlineWidth = 3,
    } = segmentationService.getStyle?.({ viewportId, segmentationId, type: 'Labelmap' }) ?? {};
    const [r, g, b, opacity = 255] = segmentationService.getSegmentColor?.(viewportId, segmentationId, 1) ?? [
      ...maskColourOf(look, decision),
    ];
    return {
      colour: [r, g, b],
      // What the viewer itself leaves where it does not fill.
      fillOpacity: renderFill ? (fillAlpha * opacity) / 255 : 0.01,
      outlineOpacity,
      outlineWidth: renderOutline ? Math.round(outlineWidth) : 0,
    };
  }

  private wait(): void {
    this.resting = setTimeout(() => this.rest(), REST_MS);
    for (const name of ends) document.addEventListener(name, this.endElsewhere, { capture: true });
  }

  private stopWaiting(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    for (const name of ends) document.removeEventListener(name, this.endElsewhere, { capture: true });
  }

  private readonly endElsewhere = (event: Event): void => {
    const [target] = event.composedPath() as Partial<HTMLElement>[];
    if (target?.dataset?.cy !== 'explain-percentile') this.rest();
  };
}

const ends = ['pointerdown', 'keydown', 'wheel'] as const;
