import type { ExplainReply } from '../worker/protocol';

/** Moments of one explanation in the page, milliseconds of `performance.now()`. */
export interface PageTimes {
  /** Explain was pressed, and began at once. */
  pressed: number;
  /** The film's pixels are copied. */
  read: number;
  /** They are on their way to the worker: networks are loaded and warm. */
  sent: number;
  /** The map came back, and was drawn. */
  mapArrived: number;
  mapDrawn: number;
  /** All of it came back. */
  arrived: number;
}

/**
 * Puts the parts of an explanation on the browser's own timeline (User Timing), where its developer's tools and
 * scripts/bench-viewer.mjs find them; those of the explanation before are taken off. `click` is the whole way from the press to the
 * drawn map, networks loaded; `score pair` comes after it.
 */
export function putOnTimeline(page: PageTimes, { clock, seconds }: ExplainReply): void {
  if (!clock) return;
  const [begun, mapped, ended] = [clock.begun, clock.mapped, clock.ended].map(
    time => time - performance.timeOrigin,
  );
  const milliseconds = {
    reading: 1000 * clock.readingSeconds,
    prepare: 1000 * (seconds.preparation ?? 0),
    classify: 1000 * (seconds.classifier ?? 0),
    score: 1000 * (seconds.scores ?? 0),
  };
  const generate = 1000 * (seconds.explanation ?? 0) - milliseconds.score;
  let at = begun;
  const next = (duration: number): [number, number] => [at, (at += duration)];
  put('read', page.pressed, page.read);
  put('send', page.sent, begun);
  put('modality values', ...next(milliseconds.reading));
  put('prepare', ...next(milliseconds.prepare));
  put('classify', ...next(milliseconds.classify));
  put('generate', ...next(generate));
  put('map to page', mapped, page.mapArrived);
  put('draw', page.mapArrived, page.mapDrawn);
  put('score pair', mapped, mapped + milliseconds.score);
  put('finish', mapped + milliseconds.score, ended);
  put('result to page', ended, page.arrived);
  put('click', page.pressed, page.mapDrawn, page.sent - page.read);
}

/** @param left milliseconds in between that do not count */
function put(name: string, from: number, to: number, left = 0): void {
  const entry = `explain: ${name}`;
  performance.clearMeasures(entry);
  performance.measure(entry, { start: Math.max(0, from), end: Math.max(0, from, to - left) });
}
