import { EngineError } from './engine';
import type { ExplainService } from './explain-service';
import type { Cornerstone, CornerstoneTools, Services } from './ohif-types';
import { findTarget, type Target } from './host-image';
import type { Result } from './state';
import { outputTexts } from './texts';

/** Colour of the mask, RGBA. */
export const maskColour = [255, 60, 0, 255] as const;

interface Mask {
  segmentationId: string;
  result: Result;
  percentile: number;
  visible: boolean;
  mask: Uint8Array;
}

/** Segment Algorithm Name: ids rather than titles, which may hold letters outside the default character set. */
function algorithmName({ card, method, augment }: Result): string {
  return `${card.id} ${card.version}, ${method.id}${augment ? `, mean of ${augment.count}` : ''}`;
}

export interface MaskHost {
  services: Services;
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
  /** Viewports that show an image now. */
  viewportsShowing(imageId: string): string[];
  /** Called after a segmentation was made: the stock segmentation panel opens itself then. */
  afterCreation(): void;
}

/**
 * Keeps the top-percentile mask of each explained image as a labelmap segmentation, so that the viewer's own tools see
 * it. One segmentation an image, over that image alone, changed in place when the percentile moves.
 */
export class MaskSegmentations {
  private readonly masks = new Map<string, Mask>();
  private running?: Promise<void>;
  private again = false;
  private stopped = false;

  constructor(
    private readonly service: ExplainService,
    private readonly host: MaskHost,
  ) {}

  /** The segmentation of an image, when there is one. */
  find(imageId: string): { segmentationId: string; mask: Uint8Array } | undefined {
    const mask = this.masks.get(imageId);
    return mask && this.exists(mask) ? mask : undefined;
  }

  /** Brings the segmentations up to the state; while one round runs, the next is only noted. */
  update(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.round()
      .catch((error: Error) => {
        // Another backend was chosen meanwhile: nothing is wrong, and the next result brings its own mask.
        if (error instanceof EngineError && error.code === 'cancelled') return;
        this.service.setSettings({ showMask: false });
        this.service.notify({ kind: 'error', text: `The mask could not be shown: ${error.message}` });
      })
      .finally(() => {
        this.running = undefined;
        if (this.again) {
          this.again = false;
          this.update();
        }
      });
  }

  /** Waits until the segmentation of the image on display is up to date. */
  async settled(): Promise<void> {
    while (this.running) await this.running;
  }

  stop(): void {
    this.stopped = true;
    for (const [imageId, mask] of this.masks) this.remove(imageId, mask);
  }

  private async round(): Promise<void> {
    for (const [imageId, mask] of this.masks) {
      if (!this.exists(mask)) this.removedByUser(imageId);
      else if (this.service.explanationOf(imageId).phase !== 'done') this.remove(imageId, mask);
    }
    const result = this.service.currentResult();
    const { settings, outputVisible, subject } = this.service.getState();
    if (!result || subject.kind !== 'image') return;
    const { imageId } = subject;
    let mask = this.masks.get(imageId);
    if (settings.showMask && (mask?.percentile !== settings.percentile || mask.result !== result)) {
      mask = await this.write(imageId, result, settings.percentile);
    }
    if (!mask || this.stopped) return;
    await this.represent(imageId, mask);
    this.setVisible(imageId, mask, settings.showMask && outputVisible);
  }

  private async write(imageId: string, result: Result, percentile: number): Promise<Mask | undefined> {
    const bits = await this.service.mask(imageId, percentile);
    if (this.stopped || this.service.explanationOf(imageId).phase !== 'done') return undefined;
    const kept = this.masks.get(imageId);
    const target = this.targetOf(imageId);
    const segmentationId =
      kept?.segmentationId ?? (target && (await this.create(target, result, percentile)));
    if (!segmentationId) return undefined;
    const mask: Mask = { segmentationId, result, percentile, visible: kept?.visible ?? true, mask: bits };
    this.masks.set(imageId, mask);
    this.fill(mask);
    const label = outputTexts.segmentLabel(percentile);
    this.host.services.segmentationService.setSegmentLabel?.(segmentationId, 1, label);
    return mask;
  }

  private async create(target: Target, result: Result, percentile: number): Promise<string> {
    const { displaySet, imageId, instance } = target;
    const { segmentationService } = this.host.services;
    // Only the explained image: the stock export then asks for no other image of the series.
    const single = {
      displaySetInstanceUID: displaySet.displaySetInstanceUID,
      StudyInstanceUID: displaySet.StudyInstanceUID,
      SeriesInstanceUID: displaySet.SeriesInstanceUID,
      SeriesNumber: displaySet.SeriesNumber,
      SeriesDescription: displaySet.SeriesDescription,
      Modality: displaySet.Modality ?? String(instance.Modality ?? ''),
      imageIds: [imageId],
    };
    const { card } = result;
    const segmentationId = await segmentationService.createLabelmapForDisplaySet(single, {
      label: outputTexts.segmentationLabel(card.id),
      segments: {
        1: {
          segmentIndex: 1,
          label: outputTexts.segmentLabel(percentile),
          active: true,
          locked: true,
          algorithmType: 'AUTOMATIC',
          algorithmName: algorithmName(result),
        },
      },
    });
    return segmentationId;
  }

  /** Shows the segmentation in every viewport that shows the image and does not have it yet. */
  private async represent(imageId: string, { segmentationId }: Mask): Promise<void> {
    const { segmentationService } = this.host.services;
    let added = false;
    for (const viewportId of this.host.viewportsShowing(imageId)) {
      const present =
        segmentationService.getSegmentationRepresentations?.(viewportId, { segmentationId }) ?? [];
      if (present.length > 0) continue;
      await segmentationService.addSegmentationRepresentation(viewportId, {
        segmentationId,
        type: 'Labelmap',
      });
      segmentationService.setSegmentColor(viewportId, segmentationId, 1, [...maskColour]);
      added = true;
    }
    if (added) this.host.afterCreation();
  }

  private fill({ segmentationId, mask }: Mask): void {
    const segmentation = this.host.services.segmentationService.getSegmentation(segmentationId);
    const labelmapId = segmentation?.representationData.Labelmap?.imageIds?.[0];
    const labelmap = labelmapId === undefined ? undefined : this.host.cornerstone.cache.getImage(labelmapId);
    const pixels = labelmap?.voxelManager?.getScalarData();
    if (!pixels || pixels.length !== mask.length) {
      throw new Error('the viewer made a labelmap of another size than the image');
    }
    pixels.set(mask);
    this.host.tools.segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId);
  }

  private setVisible(imageId: string, mask: Mask, visible: boolean): void {
    if (mask.visible === visible) return;
    mask.visible = visible;
    for (const viewportId of this.host.viewportsShowing(imageId)) {
      this.host.services.segmentationService.setSegmentVisibility?.(
        viewportId,
        mask.segmentationId,
        1,
        visible,
      );
    }
  }

  private targetOf(imageId: string): Target | undefined {
    const { services, cornerstone } = this.host;
    for (const viewportId of this.host.viewportsShowing(imageId)) {
      const outcome = findTarget(services, cornerstone, viewportId);
      if ('target' in outcome && outcome.target.imageId === imageId) return outcome.target;
    }
    return undefined;
  }

  private exists({ segmentationId }: Mask): boolean {
    return this.host.services.segmentationService.getSegmentation(segmentationId) !== undefined;
  }

  /** The user deleted it in the segmentation panel: it must not come back by itself. */
  private removedByUser(imageId: string): void {
    this.masks.delete(imageId);
    this.service.setSettings({ showMask: false });
  }

  private remove(imageId: string, mask: Mask): void {
    this.masks.delete(imageId);
    if (!this.exists(mask)) return;
    try {
      this.host.services.segmentationService.remove(mask.segmentationId);
    } catch (error) {
      console.error('ohif-extension-explain: a segmentation was not removed', error);
    }
  }
}
