import type { RunningStudy, StudyModule, StudyStart } from './run';
import type { StudyService } from './study-service';

/** Study mode from the moment that the mode of the viewer is entered, whether or not its bundle is there yet. */
export interface StudyBoot {
  /** Absent until the bundle is loaded, and where that failed. */
  service(): StudyService | undefined;
  /** Renders the form into an element once it can be. @returns what takes it away again */
  mountPanel(place: Element): () => void;
  end(): void;
}

/**
 * Loads the bundle of study mode and starts it. Until then the viewer is covered, so that no film is seen outside its time.
 * A failure is told and leaves the viewer as it is, without anything of ours.
 *
 * @param load gives the bundle
 * @param onFailure told in words
 */
export function bootStudy(
  start: StudyStart,
  load: () => Promise<StudyModule>,
  onFailure: (message: string) => void,
): StudyBoot {
  let running: RunningStudy | undefined;
  let ended = false;
  const waiting = new Map<Element, () => void>();
  const cover = plainCover();
  void load()
    .then(({ startStudy }) => {
      if (ended) return;
      running = startStudy(start);
      for (const place of waiting.keys()) waiting.set(place, running.mountPanel(place));
    })
    .catch((error: unknown) => {
      console.error('ohif-extension-explain: study mode could not be started', error);
      onFailure(error instanceof Error ? error.message : String(error));
    })
    .finally(() => setTimeout(() => cover.remove(), COVER_STAYS_MS));
  return {
    service: () => running?.service,
    mountPanel: place => {
      waiting.set(place, running?.mountPanel(place) ?? (() => undefined));
      return () => {
        waiting.get(place)?.();
        waiting.delete(place);
      };
    },
    end: () => {
      ended = true;
      cover.remove();
      running?.end();
    },
  };
}

/** By then the bundle's own cover is drawn. */
const COVER_STAYS_MS = 200;

function plainCover(): HTMLElement {
  const cover = document.createElement('div');
  cover.style.cssText = 'position:fixed;inset:0;background:#000;z-index:2147483647;';
  document.body.append(cover);
  return cover;
}

/** The bundle beside the extension's own. By the browser's own import: webpack would look for it elsewhere. */
export function loadStudyModule(baseUrl: string): Promise<StudyModule> {
  return import(/* webpackIgnore: true */ `${baseUrl}explain-study.js`) as Promise<StudyModule>;
}
