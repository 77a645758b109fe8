import { download, encodeNpy, exportName, resultSummary } from './export-files';
import { exportPicture } from './export-picture';
import type { ExplainService } from './explain-service';
import { findTarget, type Target } from './host-image';
import type { MaskSegmentations } from './mask-segmentation';
import type { Cornerstone, HostArguments } from './ohif-types';
import type { Overlays } from './overlays';
import { saveSegmentation } from './save-seg';
import type { Result } from './state';

export interface ActionsHost extends Pick<
  HostArguments,
  'extensionManager' | 'commandsManager' | 'servicesManager'
> {
  cornerstone: Cornerstone;
  overlays: Overlays;
  masks: MaskSegmentations;
}

/** What the panel can do with a finished explanation besides showing it. */
export interface Actions {
  savePicture(): Promise<void>;
  saveMap(): Promise<void>;
  saveSeg(): Promise<void>;
}

/** Actions on the image on display; every failure becomes a notice in the panel. */
export function createActions(service: ExplainService, host: () => ActionsHost | undefined): Actions {
  const withResult = async (
    action: (host: ActionsHost, target: Target, result: Result) => Promise<string>,
  ): Promise<void> => {
    const current = host();
    const result = service.currentResult();
    if (!current || !result || service.getState().saving) return;
    service.setSaving(true);
    try {
      const outcome = findTarget(current.servicesManager.services, current.cornerstone);
      if ('refusal' in outcome) throw new Error(outcome.refusal.message);
      service.notify({ kind: 'info', text: await action(current, outcome.target, result) });
    } catch (error) {
      service.notify({ kind: 'error', text: error instanceof Error ? error.message : String(error) });
    } finally {
      service.setSaving(false);
    }
  };

  return {
    savePicture: () =>
      withResult(async ({ cornerstone, overlays }, { viewport, imageId }, result) => {
        const { settings } = service.getState();
        const film = await overlays.images.wait(imageId, result, 'original');
        const mask = settings.showMask ? await service.mask(imageId, settings.percentile) : undefined;
        const picture = await exportPicture({ viewport, cornerstone, imageId, result, settings, film, mask });
        const name = exportName(result, 'png', new Date());
        download(picture, name);
        return `Exported ${name}.`;
      }),
    saveMap: () =>
      withResult(async (_host, _target, result) => {
        const { size } = result.reply.geometry;
        const now = new Date();
        const summary = resultSummary(result, service.getState().settings.percentile);
        const npy = exportName(result, 'npy', now);
        download(new Blob([encodeNpy(result.reply.map, [size, size])]), npy);
        download(
          new Blob([JSON.stringify(summary, null, 2)], { type: 'application/json' }),
          exportName(result, 'json', now),
        );
        return `Exported ${npy} and its JSON.`;
      }),
    saveSeg: () =>
      withResult(async ({ masks, extensionManager, commandsManager }, { imageId, instance }) => {
        await masks.settled();
        const found = masks.find(imageId);
        if (!found) throw new Error('There is no mask to save. Switch the mask on and try again.');
        return saveSegmentation({ ...found, instance, extensionManager, commandsManager });
      }),
  };
}
