import type { StoredAnswer } from '../../dicom/results/stored-answer';
import type { StoredMap } from '../../dicom/results/types';
import type { Film } from '../../dicom/others/types';
import type { OtherObject } from './other-types';
import { Failure } from '../failure';
import type { PaneCount } from './state';
import type { Refusal, Target, TargetOutcome } from '../host/host-image';
import type { RawImage } from '../host/raw-image';

/** What the viewer does for a comparison. */
export interface CompareLayout {
  /**
   * Lays the film of a viewport out in several linked viewports in place of what is on display.
   *
   * @returns their ids, in reading order; undefined where this viewer cannot
   */
  enter(target: Target, count: PaneCount): string[] | undefined;
  /** Whether these viewports are still what is on display, or on their way. */
  holds(viewportIds: readonly string[]): boolean;
  /** Puts back what was on display before. */
  leave(): void;
  /** Forgets what was on display before: the user has laid out the viewports anew. */
  abandon(): void;
}

/** What the store needs of the viewer; Cornerstone stays behind it. */
export interface ExplainHost {
  /** The image in a viewport (default: the active one), or why there is none. */
  findTarget(viewportId?: string): TargetOutcome;
  readImage(target: Target): Promise<{ raw: RawImage } | { refusal: Refusal }>;
  /** Explanations of the image that the study holds, newest first. */
  storedMaps(target: Target): StoredMap[];
  /** Answers of readers to explanations that the study holds, the oldest first. */
  storedAnswers(): StoredAnswer[];
  /** Percentiles at which the study holds masks of a stored explanation, rising. */
  storedPercentiles(target: Target, stored: StoredMap): number[];
  /** Objects of other software that refer to the image. */
  others(target: Target): OtherObject[];
  /** What a reader of such an object must know of the image. */
  filmOf(target: Target): Film;
  /** An image that some viewport shows, by its id. */
  shownImage(imageId: string): Target | undefined;
  /** Lays viewports out side by side; absent where this viewer cannot. */
  compareLayout?: CompareLayout;
  /** The file of an object of the study. */
  fetchObject(uid: string): Promise<Uint8Array>;
}

/** @throws Failure with the reason where the image cannot be read */
export async function readImage(host: ExplainHost, target: Target): Promise<RawImage> {
  const read = await host.readImage(target);
  if ('refusal' in read) throw new Failure(read.refusal.code, read.refusal.message);
  return read.raw;
}
