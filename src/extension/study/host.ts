import type { StudyPlan } from '../../study/plan';
import { textOf } from '../../dicom/attribute-values';
import { findTarget, type Target } from '../host/host-image';
import {
  cornerstoneEvents,
  type Cornerstone,
  type CornerstoneTools,
  type DisplaySet,
  type HostArguments,
} from '../host/ohif-types';
import type { ExplainService } from '../store/explain-service';
import { StudyFailure } from './failure';
import { drawRectangle, rectanglesOn, rectangleTool, removeRectangle, type Rectangle } from './rectangles';

type Case = StudyPlan['cases'][number];
type Aid = NonNullable<StudyPlan['arms'][number]['aid']>;

/** What was shown besides the film. */
export type AidOutcome =
  | { kind: 'shown'; model: { id: string; version: string; score: number; positive: 0 | 1 } }
  /** The reason, in words for the reader. */
  | { kind: 'failed'; message: string };

/** What study mode needs of the viewer. */
export interface StudyHost {
  /**
   * Puts the film of a case into the active viewport, and is fulfilled when it is drawn.
   *
   * @throws Error that says why it cannot be shown
   */
  open(one: Case): Promise<Target>;
  /** Explains the film on display, and is fulfilled when the explanation is drawn. */
  showAid(aid: Aid, label: string): Promise<AidOutcome>;
  /** Nothing of ours is on display after it. */
  hideAid(): void;
  rectangles(film: Target): Rectangle[];
  restore(film: Target, rectangles: readonly Rectangle[]): void;
  remove(uids: readonly string[]): void;
  /** Makes the viewer's tool for rectangles the active one. */
  startRectangle(): void;
  onRectangles(changed: () => void): () => void;
  openPanel(): void;
}

/** The parts of the viewer that it is made of. */
export interface StudyHostParts extends Pick<
  HostArguments,
  'servicesManager' | 'extensionManager' | 'commandsManager'
> {
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
  service: ExplainService;
  panelId: string;
}

/** A film of a case that is not there by then is missing in the archive. */
const patienceMs = 60_000;

export function createStudyHost(parts: StudyHostParts): StudyHost {
  const { servicesManager, extensionManager, commandsManager, cornerstone, tools, service, panelId } = parts;
  const { services } = servicesManager;
  const run = (name: string, options: Record<string, unknown>): void => {
    try {
      commandsManager.runCommand(name, options);
    } catch (error) {
      console.error(`ohif-extension-explain: the viewer's command ${name} failed`, error);
    }
  };
  const select = (toolName: string): void => run('setToolActiveToolbar', { toolName });

  return {
    async open(one) {
      const { viewportGridService } = services;
      if (viewportGridService.getState().viewports.size !== 1) {
        run('setViewportGridLayout', { numRows: 1, numCols: 1 });
      }
      await loadStudy(extensionManager, services.displaySetService.getActiveDisplaySets?.() ?? [], one);
      const displaySet = await until(
        () => displaySetOf(services.displaySetService.getActiveDisplaySets?.() ?? [], one),
        new StudyFailure('noFilm', { case: one.id }),
      );
      const viewportId = await until(
        () => viewportGridService.getActiveViewportId() ?? undefined,
        new StudyFailure('noViewport'),
      );
      viewportGridService.setDisplaySetsForViewport?.({
        viewportId,
        displaySetInstanceUIDs: [displaySet.displaySetInstanceUID],
      });
      const target = await until(
        () => {
          const outcome = findTarget(services, cornerstone, viewportId);
          if (!('target' in outcome)) return undefined;
          const { target } = outcome;
          const isIt =
            target.displaySet.displaySetInstanceUID === displaySet.displaySetInstanceUID &&
            displaySet.imageIds?.includes(target.imageId) !== false;
          return isIt && cornerstone.cache.getImage(target.imageId) ? target : undefined;
        },
        new StudyFailure('filmNotLoaded', { case: one.id }),
      );
      await drawn();
      select('WindowLevel');
      return target;
    },

    async showAid({ method, generator, augment, score, images }, label) {
      service.setSettings({
        methodId: method,
        generator,
        augment: augment > 0,
        ...(augment > 0 && { augmentCount: augment }),
        showHeatMap: true,
        // The map alone: a mask adds a threshold of its own.
        showMask: false,
        disguise: { label, score, images },
      });
      await service.explain();
      const { explanation, subject } = service.getState();
      if (explanation.phase === 'done' && explanation.result.method.id === method) {
        const { card, reply } = explanation.result;
        await drawn();
        return {
          kind: 'shown',
          model: {
            id: card.id,
            version: card.version,
            score: reply.decision.score,
            positive: reply.decision.decided === 1 ? 1 : 0,
          },
        };
      }
      const refused = subject.kind === 'image' ? subject.refusals.join(' ') : subject.message;
      service.clear();
      return { kind: 'failed', message: explanation.phase === 'failed' ? explanation.message : refused };
    },

    hideAid: () => service.clearAll(),
    rectangles: film => rectanglesOn(film, tools, cornerstone),
    restore: (film, rectangles) => {
      const there = new Set(rectanglesOn(film, tools, cornerstone).map(({ uid }) => uid));
      for (const each of rectangles) if (!there.has(each.uid)) drawRectangle(film, each, tools, cornerstone);
    },
    remove: uids => {
      for (const uid of uids) removeRectangle(uid, tools);
    },
    startRectangle: () => select(rectangleTool),
    onRectangles: changed => {
      const { annotationCompleted, annotationModified, annotationRemoved } = cornerstoneEvents;
      const completed = (): void => {
        changed();
        // One press, one box: the next drag is the reader's usual one.
        select('WindowLevel');
      };
      const events = [
        [annotationCompleted, completed],
        [annotationModified, changed],
        [annotationRemoved, changed],
      ] as const;
      for (const [name, listener] of events) cornerstone.eventTarget.addEventListener(name, listener);
      return () => {
        for (const [name, listener] of events) cornerstone.eventTarget.removeEventListener(name, listener);
      };
    },
    openPanel: () => services.panelService.activatePanel(panelId, true),
  };
}

/** Asks the data source for a study that the viewer does not hold yet; the viewer makes its display sets by itself. */
async function loadStudy(
  extensionManager: HostArguments['extensionManager'],
  known: readonly DisplaySet[],
  { id, studyInstanceUid }: Case,
): Promise<void> {
  if (known.some(({ StudyInstanceUID }) => StudyInstanceUID === studyInstanceUid)) return;
  const series = extensionManager.getActiveDataSource()?.[0]?.retrieve?.series;
  if (!series?.metadata) throw new StudyFailure('noFurtherStudy');
  try {
    await series.metadata({ StudyInstanceUID: studyInstanceUid });
  } catch (error) {
    throw new StudyFailure(
      'caseNotLoaded',
      { case: id, reason: (error as Error).message || '?' },
      { cause: error },
    );
  }
}

/** The film of a case: the one that the plan names, else the first series that has images, results left aside. */
function displaySetOf(
  all: readonly DisplaySet[],
  { studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Case,
): DisplaySet | undefined {
  return all.find(({ StudyInstanceUID, SeriesInstanceUID, Modality, instances = [], unsupported }) => {
    if (StudyInstanceUID !== studyInstanceUid || unsupported) return false;
    if (seriesInstanceUid !== undefined && SeriesInstanceUID !== seriesInstanceUid) return false;
    if (sopInstanceUid !== undefined)
      return instances.some(each => textOf(each.SOPInstanceUID) === sopInstanceUid);
    return instances.length > 0 && !['SR', 'SEG', 'PR', 'KO', 'OT'].includes(Modality ?? '');
  });
}

async function until<T>(find: () => T | undefined, failure: StudyFailure): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (performance.now() > end) throw failure;
    await new Promise(resolve => setTimeout(resolve, 30));
  }
}

/** Two frames: what was asked to be drawn is on the screen after the second. A hidden tab draws none. */
function drawn(): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(resolve, 500);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(late);
        resolve();
      }),
    );
  });
}
