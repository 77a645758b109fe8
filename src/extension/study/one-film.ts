import type { DisplaySet, Services, Subscription } from '../host/ohif-types';
import { cornerstoneEvents } from '../host/ohif-types';
import { subscribeSafely } from '../host/subscriptions';
import type { ShownFilm } from './rectangles';

type Grid = Services['viewportGridService'];
interface Placed {
  displaySetInstanceUIDs?: string[];
}

/** A film and the display set that it is part of. */
export interface PlacedFilm extends ShownFilm {
  displaySet: Pick<DisplaySet, 'displaySetInstanceUID'>;
}

/**
 * Keeps the viewer at one film: hotkeys, arrows and lists of the viewer all put a display set into a viewport by its grid service,
 * which then takes the film's alone. What gets past that, as a hanging protocol does, is seen in the grid's state, and told.
 */
export class OneFilm {
  private allowed?: string;
  private readonly restore: (() => void)[];

  constructor(
    private readonly services: Pick<Services, 'viewportGridService' | 'cornerstoneViewportService'>,
  ) {
    const { viewportGridService: grid } = services;
    this.restore = [
      // The plural one is what the viewer's own commands call; it takes a list.
      wrap(grid, 'setDisplaySetsForViewports', ([given, ...rest]) => {
        const kept = (given as Placed[]).filter(each => this.takes(each));
        return kept.length > 0 ? [kept, ...rest] : undefined;
      }),
      wrap(grid, 'setDisplaySetsForViewport', given => (this.takes(given[0] as Placed) ? given : undefined)),
    ];
  }

  /** From now on nothing but this display set is put into a viewport. */
  keepTo(displaySetUid: string): void {
    this.allowed = displaySetUid;
  }

  /** Whether the viewports show the film, and nothing but it. */
  shows({ displaySet, imageId }: PlacedFilm): boolean {
    const { viewportGridService, cornerstoneViewportService } = this.services;
    const own = displaySet.displaySetInstanceUID;
    const placed = [...viewportGridService.getState().viewports].map(([viewportId, each]) => ({
      viewportId,
      uids: (each as Placed).displaySetInstanceUIDs ?? [],
    }));
    if (!placed.some(({ uids }) => uids.includes(own))) return false;
    return placed.every(({ viewportId, uids }) => {
      if (uids.some(uid => uid !== own)) return false;
      const shown = cornerstoneViewportService.getCornerstoneViewport(viewportId)?.getCurrentImageId?.();
      return uids.length === 0 || shown === undefined || shown === imageId;
    });
  }

  /** Tells of whatever may have put something else on display. */
  onChange(changed: () => void, page: EventTarget | undefined = globalThis.document): () => void {
    const events = ['GRID_STATE_CHANGED', 'GRID_SIZE_CHANGED', 'LAYOUT_CHANGED', 'VIEWPORTS_READY'];
    const subscriptions: Subscription[] = subscribeSafely(this.services.viewportGridService, events, changed);
    // The viewport tells of another image on its own element; captured, since the event does not rise.
    page?.addEventListener(cornerstoneEvents.stackNewImage, changed, true);
    return () => {
      for (const each of subscriptions) each.unsubscribe();
      page?.removeEventListener(cornerstoneEvents.stackNewImage, changed, true);
    };
  }

  end(): void {
    this.allowed = undefined;
    for (const each of this.restore) each();
  }

  private takes({ displaySetInstanceUIDs = [] }: Placed): boolean {
    return this.allowed === undefined || displaySetInstanceUIDs.every(uid => uid === this.allowed);
  }
}

/** Lets calls of a service's method through as far as `pass` says. @returns what puts the method back */
function wrap(
  service: Grid,
  name: 'setDisplaySetsForViewports' | 'setDisplaySetsForViewport',
  pass: (given: unknown[]) => unknown[] | undefined,
): () => void {
  const methods = service as unknown as Record<string, ((...given: unknown[]) => unknown) | undefined>;
  const own = methods[name];
  if (!own) return () => undefined;
  const wrapped = (...given: unknown[]): unknown => {
    const passed = pass(given);
    return passed && own.apply(service, passed);
  };
  methods[name] = wrapped;
  return () => {
    // Another's wrapper may lie over ours by now: then ours lets everything through.
    if (methods[name] === wrapped) methods[name] = own;
  };
}
