import type { Target } from '../host/host-image';
import type { Cornerstone, CornerstoneTools, PixelArray, Services } from '../host/ohif-types';
import type { Result } from '../store/state';
import { percentText, t } from '../i18n';

/** Segment Algorithm Name: ids rather than titles, which may hold letters outside the default character set. */
function algorithmName({ card, method, augment }: Result): string {
  return `${card.id} ${card.version}, ${method.id}${augment ? `, mean of ${augment.count}` : ''}`;
}

function segmentLabel(percentile: number): string {
  return t('segmentLabel', { share: percentText(100 - percentile) });
}

/** The viewer's segmentations, as far as masks use them: labelmaps of one segment over one image. */
export class ViewerSegmentations {
  constructor(
    private readonly host: { services: Services; cornerstone: Cornerstone; tools: CornerstoneTools },
  ) {}

  exists(segmentationId: string): boolean {
    return this.host.services.segmentationService.getSegmentation(segmentationId) !== undefined;
  }

  /** @returns its id */
  async create(target: Target, result: Result, percentile: number): Promise<string> {
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
    const { card, label } = result;
    return segmentationService.createLabelmapForDisplaySet(single, {
      label: t('segmentationLabel', { model: label === undefined ? card.id : `${card.id} (${label})` }),
      segments: {
        1: {
          segmentIndex: 1,
          label: segmentLabel(percentile),
          active: true,
          locked: true,
          algorithmType: 'AUTOMATIC',
          algorithmName: algorithmName(result),
        },
      },
    });
  }

  /**
   * Shows it in those of the viewports that do not have it yet.
   *
   * @returns whether there was one
   */
  async addTo(
    viewportIds: readonly string[],
    segmentationId: string,
    colour: readonly [number, number, number],
  ): Promise<boolean> {
    const { segmentationService } = this.host.services;
    let added = false;
    for (const viewportId of viewportIds) {
      const present =
        segmentationService.getSegmentationRepresentations?.(viewportId, { segmentationId }) ?? [];
      if (present.length > 0) continue;
      await segmentationService.addSegmentationRepresentation(viewportId, {
        segmentationId,
        type: 'Labelmap',
      });
      segmentationService.setSegmentColor(viewportId, segmentationId, 1, [...colour, 255]);
      added = true;
    }
    return added;
  }

  /**
   * The labelmap's pixels, to be written.
   *
   * @param size pixels of the image
   * @throws Error when the viewer made a labelmap of another size
   */
  pixels(segmentationId: string, size: number): PixelArray {
    const labelmapId = this.labelmapOf(segmentationId);
    const labelmap = labelmapId === undefined ? undefined : this.host.cornerstone.cache.getImage(labelmapId);
    const pixels = labelmap?.voxelManager?.getScalarData();
    if (!pixels || pixels.length !== size)
      throw new Error('the viewer made a labelmap of another size than the image');
    return pixels;
  }

  /** Has the viewer take over pixels that were written, and names the segment by their percentile. */
  written(segmentationId: string, percentile: number): void {
    this.host.tools.segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId);
    this.name(segmentationId, percentile);
  }

  /**
   * Tells the viewer's drawings of a labelmap which values it holds. They look for themselves otherwise, at every pixel and on the
   * page's thread (vtk.js 36, `DataArray.getRange`), and of bytes make nothing of it.
   */
  tellRange(viewportIds: readonly string[], segmentationId: string): void {
    const labelmapId = this.labelmapOf(segmentationId);
    for (const viewportId of viewportIds) {
      const viewport = this.host.services.cornerstoneViewportService.getCornerstoneViewport(viewportId);
      for (const { referencedId, actor } of viewport?.getActors?.() ?? []) {
        if (referencedId !== labelmapId) continue;
        const scalars = actor.getMapper?.().getInputData?.()?.getPointData?.().getScalars?.();
        scalars?.setRange?.({ min: 0, max: 1 }, 0);
      }
    }
  }

  private labelmapOf(segmentationId: string): string | undefined {
    const segmentation = this.host.services.segmentationService.getSegmentation(segmentationId);
    return segmentation?.representationData.Labelmap?.imageIds?.[0];
  }

  /** Names the segment by its percentile, in the viewer's language. */
  name(segmentationId: string, percentile: number): void {
    this.host.services.segmentationService.setSegmentLabel?.(segmentationId, 1, segmentLabel(percentile));
  }

  /** Whether the viewer shows the segment; undefined where it does not say. */
  visibleIn(viewportId: string, segmentationId: string): boolean | undefined {
    const { segmentationService } = this.host.services;
    const [found] =
      segmentationService.getSegmentationRepresentations?.(viewportId, { segmentationId }) ?? [];
    return found?.segments?.[1]?.visible;
  }

  setVisible(viewportId: string, segmentationId: string, visible: boolean): void {
    this.host.services.segmentationService.setSegmentVisibility?.(viewportId, segmentationId, 1, visible);
  }

  /**
   * Outline alone, without fill: over a heat map a fill would turn its colours into others.
   *
   * @param viewportIds those that are to be drawn anew
   */
  setOutline(viewportIds: readonly string[], segmentationId: string, outline: boolean): void {
    const { services } = this.host;
    services.segmentationService.setStyle?.(
      { segmentationId, type: 'Labelmap' },
      {
        renderFill: !outline,
        renderFillInactive: !outline,
        renderOutline: true,
        renderOutlineInactive: true,
      },
    );
    for (const viewportId of viewportIds) {
      services.cornerstoneViewportService.getCornerstoneViewport(viewportId)?.render?.();
    }
  }

  remove(segmentationId: string): void {
    if (!this.exists(segmentationId)) return;
    try {
      this.host.services.segmentationService.remove(segmentationId);
    } catch (error) {
      console.error('ohif-extension-explain: a segmentation was not removed', error);
    }
  }
}
