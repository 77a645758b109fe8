import type { CompareLayout } from '../store/explain-host';
import type { PaneCount } from '../store/state';
import type { Target } from './host-image';
import type {
  CornerstoneViewport,
  GridState,
  Services,
  Subscription,
  ViewportProperties,
} from './ohif-types';
import { subscribeSafely } from './subscriptions';

/** Name of the selector in our protocols. */
const film = 'film';
/** Custom attribute that tells which image of the series the viewports begin with. */
const imageAttribute = 'explainComparedImage';
/** Of each number of viewports their own: one that is kept and made smaller would count its zoom from its former size. */
const viewportId = (count: PaneCount, index: number): string => `explain-compare-${count}-${index}`;

/** What is on display before a comparison. */
interface Before {
  protocolId: string;
  stageIndex: number;
  grid: GridState;
}

/**
 * Lays one film out in several viewports by a hanging protocol of ours, linked by the viewer's own synchronisers: pan and zoom,
 * window, image of the series.
 */
export class HangingCompareLayout implements CompareLayout {
  private before?: Before;
  private viewportIds: string[] = [];
  /** The viewer lays out on a later turn; until then what was there before is still on display. */
  private arrived = false;
  /** Viewports that already have the window and the view of the one that was compared. */
  private readonly alike = new Set<CornerstoneViewport>();
  private listening: Subscription[] = [];

  constructor(private readonly services: Services) {}

  enter({ viewport, imageId, displaySet }: Target, count: PaneCount): string[] | undefined {
    const { hangingProtocolService: hanging, viewportGridService: grid } = this.services;
    const active = hanging?.getState?.();
    const study = hanging?.getActiveProtocol?.().activeStudy?.StudyInstanceUID;
    if (!hanging || !active || !study || !grid.set) return undefined;
    const { protocolId, stageIndex } = active;
    const before = this.before ?? { protocolId, stageIndex, grid: grid.getState() };
    const index = Math.max(0, viewport.getImageIds?.().indexOf(imageId) ?? 0);
    hanging.addCustomAttribute(imageAttribute, 'The image that is compared', () => ({ index }));
    const toolGroupId = toolGroupOf(grid.getState(), viewport.id) ?? 'default';
    const protocol = protocolOf(count, toolGroupId);
    if (!hanging.protocols?.has(protocol.id)) hanging.addProtocol(protocol.id, protocol);
    const look = lookOf(viewport);
    this.viewportIds = Array.from({ length: count }, (_, i) => viewportId(count, i));
    this.before = before;
    this.arrived = false;
    try {
      hanging.setProtocol(protocol.id, {
        stageIndex: 0,
        displaySetSelectorMap: { [`${study}:${film}:0`]: [displaySet.displaySetInstanceUID] },
      });
    } catch (error) {
      console.error('ohif-extension-explain: the viewports were not laid out', error);
      this.abandon();
      return undefined;
    }
    this.makeAlike(look);
    return [...this.viewportIds];
  }

  holds(viewportIds: readonly string[]): boolean {
    const { viewports } = this.services.viewportGridService.getState();
    const isThere = viewports.size === viewportIds.length && viewportIds.every(id => viewports.has(id));
    this.arrived ||= isThere;
    return this.before !== undefined && (isThere || !this.arrived);
  }

  leave(): void {
    const { before } = this;
    const { hangingProtocolService: hanging, viewportGridService: grid } = this.services;
    this.abandon();
    if (!before || !hanging || !grid.set) return;
    // As the viewer itself goes back to a layout that it kept: the protocol is named, and the grid is taken as it was.
    try {
      hanging.setProtocol(before.protocolId, { stageIndex: before.stageIndex, restoreProtocol: true });
    } catch (error) {
      // One that is made by a function cannot be named again; what was on display comes back all the same.
      console.error('ohif-extension-explain: the hanging protocol was not put back', error);
    }
    grid.set(before.grid);
  }

  abandon(): void {
    this.before = undefined;
    this.listening.splice(0).forEach(subscription => subscription.unsubscribe());
    this.alike.clear();
  }

  /** Window and view of the viewport that was compared, given once to each of ours when it is there. */
  private makeAlike(look: Look): void {
    this.listening.splice(0).forEach(subscription => subscription.unsubscribe());
    this.alike.clear();
    const { viewportGridService, cornerstoneViewportService } = this.services;
    const give = (): void => {
      for (const id of this.viewportIds) {
        const viewport = cornerstoneViewportService.getCornerstoneViewport(id);
        if (!viewport?.getCurrentImageId?.() || this.alike.has(viewport)) continue;
        this.alike.add(viewport);
        applyLook(viewport, look);
      }
    };
    this.listening = [
      ...subscribeSafely(viewportGridService, ['VIEWPORTS_READY'], give),
      ...subscribeSafely(cornerstoneViewportService, ['VIEWPORT_DATA_CHANGED'], give),
    ];
  }
}

interface Look {
  properties?: ViewportProperties;
  view?: unknown;
}

function lookOf(viewport: CornerstoneViewport): Look {
  const { voiRange, VOILUTFunction, invert } = viewport.getProperties?.() ?? {};
  const properties = voiRange && { voiRange, VOILUTFunction, invert };
  return { properties, view: viewport.getViewPresentation?.() };
}

function applyLook(viewport: CornerstoneViewport, { properties, view }: Look): void {
  if (properties) viewport.setProperties?.(properties);
  if (view) viewport.setViewPresentation?.(view);
  viewport.render?.();
}

/** Tools are those of the viewport that is compared, whatever its mode calls them. */
function toolGroupOf({ viewports }: GridState, id: string): string | undefined {
  return (viewports.get(id) as { viewportOptions?: { toolGroupId?: string } } | undefined)?.viewportOptions
    ?.toolGroupId;
}

function protocolOf(count: PaneCount, toolGroupId: string): { id: string } & Record<string, unknown> {
  const id = `explain-compare-${count}-${toolGroupId}`;
  const linked = (type: string) => ({ type, id: `explain-compare-${type}`, source: true, target: true });
  const viewports = Array.from({ length: count }, (_, index) => ({
    viewportOptions: {
      viewportId: viewportId(count, index),
      viewportType: 'stack',
      toolGroupId,
      initialImageOptions: { custom: imageAttribute, defaultValue: { index: 0 } },
      syncGroups: ['zoompan', 'voi', 'imageslice'].map(linked),
    },
    displaySets: [{ id: film }],
  }));
  return {
    id,
    name: 'AI explanations side by side',
    // It is never chosen for a study by itself.
    protocolMatchingRules: [],
    displaySetSelectors: { [film]: { seriesMatchingRules: [] } },
    stages: [
      {
        name: id,
        stageActivation: { enabled: { minViewportsMatched: 0 } },
        viewportStructure: {
          layoutType: 'grid',
          properties: { rows: count / 2, columns: 2 },
        },
        viewports,
      },
    ],
  };
}
