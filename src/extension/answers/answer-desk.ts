import { numberOf, textsOf } from '../../dicom/attribute-values';
import type { MarkAgreement, MarkSpacing } from '../../study/mark-on-map';
import { download } from '../exchange/export-files';
import { findTarget, type Target } from '../host/host-image';
import type { Cornerstone, CornerstoneTools, Services } from '../host/ohif-types';
import type { ExplainService } from '../store/explain-service';
import { showsGenerated, type Result } from '../store/state';
import {
  addAnswer,
  allAnswers,
  answersCsv,
  clearAnswers,
  loggedAnswer,
  type LoggedAnswer,
} from './answer-log';
import { markOn, onAnnotations, onDrawn, type ReaderMark } from './mark';
import { questionOf } from './question';
import { ShownMaps, type Comparison } from './shown-maps';

export type { Comparison } from './shown-maps';

/** What a reader can do with an explanation besides looking: mark, compare, say, keep. */
export interface AnswerDesk {
  /** In whose name readers may attest an answer; absent: they may not. */
  readonly organization?: string;
  /** Name or code of who answers, as last typed; at first what the viewer's log-in says. */
  reader(): string;
  answeredBy(reader: string): void;
  /**
   * Takes the annotation that is selected, else the last closed one on the film, as the mark of the explained finding, and follows it.
   *
   * @returns `on-generated`: the only ones were drawn while a generated image was on display, and are no marks on the film
   */
  takeMark(result: Result): 'taken' | 'none' | 'on-generated';
  /** The mark that was taken for the explained finding, as it lies now; undefined where the film on display has none of it. */
  mark(result: Result): ReaderMark | undefined;
  /** Told when the mark was moved or removed. @returns what ends it */
  onMark(changed: () => void): () => void;
  /**
   * How the mark lies to each map of this finding that was shown of this film, the one on display first. A mark that was taken for
   * another finding of the film is let go.
   *
   * @param percentile above which the map on display marks
   */
  compare(result: Result, percentile: number): Promise<Comparison[]>;
  keep(
    result: Result,
    said: Pick<LoggedAnswer, 'verdict' | 'note'>,
    agreement?: MarkAgreement,
  ): Promise<void>;
  count(): Promise<number>;
  exportAs(form: 'json' | 'csv'): Promise<void>;
  clear(): Promise<void>;
}

interface DeskHost {
  services: Services;
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
}

export function createAnswerDesk(
  service: ExplainService,
  host: () => DeskHost | undefined,
  { organization }: { organization?: string } = {},
): AnswerDesk {
  const film = (): (DeskHost & { target: Target }) | undefined => {
    const current = host();
    if (!current) return undefined;
    const outcome = findTarget(current.services, current.cornerstone);
    return 'target' in outcome ? { ...current, target: outcome.target } : undefined;
  };
  const shownMaps = new ShownMaps();
  let taken: { uid: string; imageId: string; question: string } | undefined;
  const drawnOnGenerated = new Set<string>();
  let reader: string | undefined;
  const mark = (result: Result): ReaderMark | undefined => {
    const shown = film();
    if (!shown || !taken || taken.imageId !== shown.target.imageId) return undefined;
    if (taken.question !== questionOf(result)) return undefined;
    return markOn(shown, taken.uid);
  };
  return {
    organization,
    reader: () => (reader ??= userOf(host()?.services)),
    answeredBy: typed => void (reader = typed),
    takeMark(result) {
      const shown = film();
      const found = shown && markOn({ ...shown, leftOut: drawnOnGenerated });
      taken = found && { uid: found.uid, imageId: found.imageId, question: questionOf(result) };
      if (taken) return 'taken';
      return shown && markOn(shown) ? 'on-generated' : 'none';
    },
    mark,
    onMark(changed) {
      const current = host();
      if (!current) return () => undefined;
      const ends = [
        onAnnotations(current.cornerstone, changed),
        onDrawn(current.cornerstone, uid => {
          if (showsGenerated(service.getState())) drawnOnGenerated.add(uid);
        }),
      ];
      return () => ends.forEach(end => end());
    },
    async compare(result, percentile) {
      const { imageId } = result;
      if (film()?.target.imageId !== imageId) return [];
      if (taken?.imageId === imageId && taken.question !== questionOf(result)) taken = undefined;
      shownMaps.show(result, await service.mask(result, percentile));
      const shown = film();
      if (shown?.target.imageId !== imageId) return [];
      return shownMaps.compare(result, mark(result)?.outline, spacingOf(shown.target));
    },
    async keep(result, said, agreement) {
      const { percentile } = service.getState().settings;
      const kept = { ...said, at: new Date().toISOString(), percentile, mark: mark(result)?.outline ?? [] };
      await addAnswer(loggedAnswer(result, kept, agreement));
    },
    count: async () => (await allAnswers()).length,
    async exportAs(form) {
      const answers = await allAnswers();
      const text = form === 'csv' ? answersCsv(answers) : JSON.stringify(answers, null, 2);
      const type = form === 'csv' ? 'text/csv' : 'application/json';
      download(new Blob([text], { type }), `explain-answers.${form}`);
    },
    clear: clearAnswers,
  };
}

/** Name of who is logged in at the viewer; empty where nobody is, or the viewer does not say. */
function userOf(services: Services | undefined): string {
  const user = services?.userAuthenticationService?.getUser?.() as
    { profile?: { name?: unknown; preferred_username?: unknown } } | null | undefined;
  const { name, preferred_username: login } = user?.profile ?? {};
  return ([name, login].find(text => typeof text === 'string' && text !== '') as string | undefined) ?? '';
}

/**
 * Spacing of a film: calibrated, else at the detector. A Pixel Spacing that repeats that of the detector is no calibration
 * (PS3.3 10.7.1.3).
 */
function spacingOf({ instance }: Target): MarkSpacing | undefined {
  const stated = (keyword: string): [row: number, column: number] | undefined => {
    const [row = 0, column = 0] = textsOf(instance[keyword]).map(text => numberOf(text));
    return row > 0 && column > 0 ? [row, column] : undefined;
  };
  const [pixel, imager] = [stated('PixelSpacing'), stated('ImagerPixelSpacing')];
  const [row, column] = pixel ?? imager ?? [];
  if (row === undefined || column === undefined) return undefined;
  return { row, column, atDetector: row === imager?.[0] && column === imager[1] };
}
