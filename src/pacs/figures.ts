import { DicomWebError } from './dicomweb-client';
import type { NoticeCounts } from './notices';
import type { Outcome } from './process-image';
import { PassingError } from './retry';

/** What may become of an image. */
const outcomes = ['explained', 'already-done', 'refused', 'to-do', 'failed'] as const;

/** Why something failed, as few kinds: what a failure is told by in full stands in the log. */
const reasons = ['log-in', 'archive', 'connection', 'other'] as const;
type FailureReason = (typeof reasons)[number];

/** Upper ends of the classes of seconds that an image took. */
const classes = [0.5, 1, 2, 5, 10, 20, 60, 120] as const;

/** Kind of a failure: refused credentials or a page to log in; an answer of the archive; no answer; anything else. */
export function failureReason(error: unknown): FailureReason {
  if (error instanceof DicomWebError) return error.endsRun ? 'log-in' : 'archive';
  return error instanceof PassingError ? 'connection' : 'other';
}

/** What a service has done since its start, as counters of Prometheus. Nothing of a patient, and no label with free text. */
export class Figures {
  private readonly images = new Map<string, number>(outcomes.map(outcome => [outcome, 0]));
  private readonly failures = new Map<string, number>(reasons.map(reason => [reason, 0]));
  private readonly passes = new Map<string, number>([
    ['complete', 0],
    ['incomplete', 0],
  ]);
  private readonly seconds = classes.map(() => 0);
  private sum = 0;
  private lastComplete = 0;

  image(kind: Outcome['kind'] | 'failed', seconds: number): void {
    add(this.images, kind);
    if (kind !== 'explained') return;
    classes.forEach((end, i) => {
      if (seconds <= end) this.seconds[i]++;
    });
    this.sum += seconds;
  }

  failure(error: unknown): void {
    add(this.failures, failureReason(error));
  }

  /** A look through the archive, or at the studies that it told of, has ended. */
  pass(complete: boolean, now: Date): void {
    add(this.passes, complete ? 'complete' : 'incomplete');
    if (complete) this.lastComplete = now.getTime() / 1000;
  }

  /**
   * In Prometheus' text format 0.0.4.
   *
   * @param notices studies that the archive told of
   */
  text({ waiting, retrying, givenUp }: NoticeCounts): string {
    const explained = this.images.get('explained')!;
    const labelled = (name: string, label: string, counts: ReadonlyMap<string, number>): string[] =>
      [...counts].map(([value, count]) => `${name}{${label}="${value}"} ${count}`);
    const metric = (name: string, type: string, help: string, lines: readonly string[]): string[] => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...lines,
    ];
    const name = 'explain_image_seconds';
    return [
      ...metric(
        'explain_images_total',
        'counter',
        'Images by what became of them.',
        labelled('explain_images_total', 'outcome', this.images),
      ),
      ...metric(
        'explain_failures_total',
        'counter',
        'Failures of images and searches by kind.',
        labelled('explain_failures_total', 'reason', this.failures),
      ),
      ...metric(
        'explain_passes_total',
        'counter',
        'Looks through the archive, and at studies that it told of.',
        labelled('explain_passes_total', 'result', this.passes),
      ),
      ...metric(name, 'histogram', 'Seconds from the search for an image to its stored results.', [
        ...classes.map((end, i) => `${name}_bucket{le="${end}"} ${this.seconds[i]}`),
        `${name}_bucket{le="+Inf"} ${explained}`,
        `${name}_sum ${Number(this.sum.toFixed(3))}`,
        `${name}_count ${explained}`,
      ]),
      ...metric('explain_queue_length', 'gauge', 'Studies told of that are still to be looked at.', [
        `explain_queue_length ${waiting + retrying}`,
      ]),
      ...metric('explain_notices_retrying', 'gauge', 'Those of them of which something failed before.', [
        `explain_notices_retrying ${retrying}`,
      ]),
      ...metric(
        'explain_notices_given_up_total',
        'counter',
        'Studies told of that failed at every look and are not looked at again.',
        [`explain_notices_given_up_total ${givenUp}`],
      ),
      ...metric(
        'explain_last_complete_pass_seconds',
        'gauge',
        'Unix time of the last pass without a failure.',
        [`explain_last_complete_pass_seconds ${this.lastComplete}`],
      ),
      ...metric('process_resident_memory_bytes', 'gauge', 'Memory of this process.', [
        `process_resident_memory_bytes ${process.memoryUsage().rss}`,
      ]),
      '',
    ].join('\n');
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
