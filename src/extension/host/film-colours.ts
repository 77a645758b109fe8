import type { Services, Subscription } from './ohif-types';
import { subscribeSafely } from './subscriptions';

/** What OHIF's grid keeps of one viewport, as far as needed here. */
interface GridViewport {
  displaySetOptions?: { id?: string; options?: { colormap?: unknown; voi?: unknown } }[];
}

/**
 * Gives a viewport the film's own colours and window back after a Parametric Map was shown in it.
 *
 * OHIF's viewport of Parametric Maps (seen in 3.13.2, extension cornerstone-dicom-pmap, `displaySetOptions.unshift({})`) writes
 * the map's rainbow and its window of 0 to 100 into the options that the grid keeps for the viewport. The next series
 * there, whatever it is, then takes them for its own: a film of 12 bits turns red all over.
 */
export class FilmColours {
  private readonly afterMap = new Set<string>();
  private subscriptions: Subscription[] = [];

  constructor(private readonly services: Services) {}

  start(): void {
    this.subscriptions = subscribeSafely(
      this.services.cornerstoneViewportService,
      ['VIEWPORT_DATA_CHANGED'],
      payload => this.check((payload as { viewportId?: string } | undefined)?.viewportId),
    );
  }

  stop(): void {
    this.subscriptions.splice(0).forEach(subscription => subscription.unsubscribe());
    this.afterMap.clear();
  }

  private check(viewportId: string | undefined): void {
    if (viewportId === undefined) return;
    const { viewportGridService, displaySetService, cornerstoneViewportService } = this.services;
    const uids = viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? [];
    if (uids.some(uid => displaySetService.getDisplaySetByUID(uid)?.Modality === 'PMAP')) {
      this.afterMap.add(viewportId);
      return;
    }
    if (!this.afterMap.delete(viewportId)) return;
    dropMapOptions(viewportGridService.getState().viewports.get(viewportId) as GridViewport | undefined);
    const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportId);
    viewport?.resetProperties?.();
    viewport?.render?.();
  }
}

/** In place, as OHIF put them in: the array is the grid's own. Options that a protocol set carry an id. */
function dropMapOptions(viewport: GridViewport | undefined): void {
  const all = viewport?.displaySetOptions;
  if (!all) return;
  const own = all.filter(({ id, options }) => id !== undefined || !options?.colormap);
  all.splice(0, all.length, ...(own.length > 0 ? own : [{}]));
}
