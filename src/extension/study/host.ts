import { isFilmOf } from '../../study/films';
import type { StudyPlan } from '../../study/plan';
import { textOf } from '../../dicom/attribute-values';
import { colourBarGradient } from '../draw/colour-map';
import { directionGradient, drawnColours } from '../draw/direction';
import { findTarget, type Target } from '../host/host-image';
import {
  cornerstoneEvents,
  type Cornerstone,
  type CornerstoneTools,
  type DisplaySet,
  type HostArguments,
} from '../host/ohif-types';
import type { ExplainService } from '../store/explain-service';
import type { Result, Settings } from '../store/state';
import { StudyFailure } from './failure';
import { forgetMetadata } from './forget-metadata';
import { OneFilm } from './one-film';
import { drawRectangle, rectanglesOn, rectangleTool, removeRectangle, type Rectangle } from './rectangles';

type Case = StudyPlan['cases'][number];
type Aid = NonNullable<StudyPlan['arms'][number]['aid']>;

/** What was shown besides the film. */
export type AidOutcome =
  | {
      kind: 'shown';
      model: { id: string; version: string; score: number; positive: 0 | 1 };
      result: Pick<Result, 'reply' | 'method'>;
      /** CSS gradient of the map's colours, from none to its own maximum. */
      gradient: string;
    }
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
  showAid(aid: Aid, label: string, blind: boolean): Promise<AidOutcome>;
  /** Nothing of ours is on display after it. */
  hideAid(): void;
  /** Whether the viewer shows the film, and nothing but it. */
  shows(film: Target): boolean;
  /** Puts the film back on display, alone. */
  back(film: Target): Promise<void>;
  /** Told of whatever may have put something else on display. */
  onShown(changed: () => void): () => void;
  rectangles(film: Target): Rectangle[];
  restore(film: Target, rectangles: readonly Rectangle[]): void;
  remove(uids: readonly string[]): void;
  /** Makes the viewer's tool for rectangles the active one. */
  startRectangle(): void;
  onRectangles(changed: () => void): () => void;
  openPanel(): void;
  /** The viewer is its own again. */
  end(): void;
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
  const oneFilm = new OneFilm(services);
  const oneViewport = (): void => {
    if (services.viewportGridService.getState().viewports.size !== 1)
      run('setViewportGridLayout', { numRows: 1, numCols: 1 });
  };
  const place = (viewportId: string, displaySet: DisplaySet): void => {
    const uid = displaySet.displaySetInstanceUID;
    oneFilm.keepTo(uid);
    services.viewportGridService.setDisplaySetsForViewport?.({ viewportId, displaySetInstanceUIDs: [uid] });
  };
  const select = (toolName: string): void => run('setToolActiveToolbar', { toolName });

  return {
    async open(one) {
      const { viewportGridService, displaySetService } = services;
      const all = (): DisplaySet[] => displaySetService.getActiveDisplaySets?.() ?? [];
      oneViewport();
      await loadStudy(extensionManager, all(), one);
      const displaySet = await until(() => displaySetOf(all(), one), new StudyFailure('noFilm')).catch(
        (error: unknown) => {
          // The list of series may have come, and one of them not.
          forgetMetadata(extensionManager.getActiveDataSource()?.[0], one.studyInstanceUid);
          throw error;
        },
      );
      const viewportId = await until(
        () => viewportGridService.getActiveViewportId() ?? undefined,
        new StudyFailure('noViewport'),
      );
      place(viewportId, displaySet);
      // What is made of films is offered nowhere.
      for (const each of all())
        if (isDerived(each, one)) displaySetService.deleteDisplaySet?.(each.displaySetInstanceUID);
      const target = await until(() => {
        const outcome = findTarget(services, cornerstone, viewportId);
        if (!('target' in outcome)) return undefined;
        const { target } = outcome;
        const isIt =
          target.displaySet.displaySetInstanceUID === displaySet.displaySetInstanceUID &&
          displaySet.imageIds?.includes(target.imageId) !== false;
        return isIt && cornerstone.cache.getImage(target.imageId) ? target : undefined;
      }, new StudyFailure('filmNotLoaded'));
      await drawn();
      select('WindowLevel');
      return target;
    },

    async showAid({ method, generator, augment, score, images }, label, blind) {
      service.setSettings({
        methodId: method,
        generator,
        augment: augment > 0,
        ...(augment > 0 && { augmentCount: augment }),
        showHeatMap: true,
        // The map alone: a mask adds a threshold of its own.
        showMask: false,
        disguise: { label, score, images, blind },
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
          result: explanation.result,
          gradient: gradientOf(explanation.result, service.getState().settings),
        };
      }
      const refused = subject.kind === 'image' ? subject.refusals.join(' ') : subject.message;
      service.clear();
      return { kind: 'failed', message: explanation.phase === 'failed' ? explanation.message : refused };
    },

    hideAid: () => service.clearAll(),
    shows: film => oneFilm.shows(film),
    async back(film) {
      oneViewport();
      const viewportId = services.viewportGridService.getActiveViewportId() ?? film.viewportId;
      place(viewportId, film.displaySet);
      await until(() => oneFilm.shows(film) || undefined, new StudyFailure('filmNotLoaded'));
      await drawn();
    },
    onShown: changed => oneFilm.onChange(changed),
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
    end: () => oneFilm.end(),
  };
}

/** Asks the data source for a study that the viewer does not hold yet; the viewer makes its display sets by itself. */
async function loadStudy(
  extensionManager: HostArguments['extensionManager'],
  known: readonly DisplaySet[],
  one: Case,
): Promise<void> {
  if (displaySetOf(known, one)) return;
  const source = extensionManager.getActiveDataSource()?.[0];
  const series = source?.retrieve?.series;
  if (!series?.metadata) throw new StudyFailure('noFurtherStudy');
  try {
    await series.metadata({ StudyInstanceUID: one.studyInstanceUid });
  } catch (error) {
    forgetMetadata(source, one.studyInstanceUid);
    throw new StudyFailure('caseNotLoaded', {}, { cause: error });
  }
}

/** The film of a case: the one that the plan names, else the first series that has images, results left aside. */
function displaySetOf(all: readonly DisplaySet[], one: Case): DisplaySet | undefined {
  return all.find(each => !each.unsupported && isFilmOf(one, candidateOf(each)));
}

/** Whether something of the case's study is no film of any case. */
function isDerived(each: DisplaySet, { id, studyInstanceUid }: Case): boolean {
  return (
    each.StudyInstanceUID === studyInstanceUid &&
    !isFilmOf({ id, studyInstanceUid, practice: false }, candidateOf(each))
  );
}

function candidateOf({
  StudyInstanceUID,
  SeriesInstanceUID,
  Modality,
  instances = [],
}: DisplaySet): Parameters<typeof isFilmOf>[1] {
  return {
    studyInstanceUid: StudyInstanceUID,
    seriesInstanceUid: SeriesInstanceUID,
    sopInstanceUids: instances.map(each => textOf(each.SOPInstanceUID) ?? ''),
    modality: Modality,
  };
}

function gradientOf({ reply }: Result, { colours }: Pick<Settings, 'colours'>): string {
  const drawn = drawnColours(reply, colours);
  return drawn === 'direction' ? directionGradient() : colourBarGradient(drawn);
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
