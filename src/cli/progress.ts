import { SingleBar } from 'cli-progress';
import type { JobProgress, Listener } from '../io/listener';
import { printable } from '../io/printable';
import { unguarded, warnLine } from './terminal';

/**
 * Shows how far a long job is: a bar with the remaining time on a terminal, else a plain line every 20 s, and none for a job that is
 * done sooner.
 */
export class Progress implements JobProgress {
  private readonly bar?: SingleBar;
  private readonly startedAt = performance.now();
  private lastLine = performance.now();
  private hasSpoken = false;
  private first?: number;
  private readonly title: string;

  constructor(
    title: string,
    private total: number,
  ) {
    this.title = printable(title);
    if (!process.stderr.isTTY) return;
    const format = `${this.title} {bar} {value}/{total} {detail} remaining {remaining}`;
    this.bar = new SingleBar({ format, stream: unguarded(process.stderr), hideCursor: true });
    this.bar.start(total, 0, { detail: '', remaining: '–' });
  }

  update(done: number, detail = '', seconds?: number): void {
    this.first ??= done - 1;
    const remaining = seconds === undefined ? this.remaining(done) : duration(seconds);
    if (this.bar) {
      this.bar.update(done, { detail: printable(detail), remaining });
    } else if (performance.now() - this.lastLine > 20_000 || (done === this.total && this.hasSpoken)) {
      this.lastLine = performance.now();
      this.hasSpoken = true;
      warnLine(`${this.title} ${done}/${this.total} ${detail} remaining ${remaining}`);
    }
  }

  line(text: string): void {
    if (this.bar) unguarded(process.stderr).write('\r\x1b[K');
    warnLine(text);
  }

  stop(): void {
    this.bar?.stop();
  }

  private remaining(done: number): string {
    const rate = (performance.now() - this.startedAt) / Math.max(1, done - (this.first ?? 0));
    return duration((rate * (this.total - done)) / 1000);
  }
}

/** Shows on the terminal what a computation tells. */
export const terminal: Listener = {
  notice: warnLine,
  begin: (title, total) => new Progress(title, total),
};

function duration(exact: number): string {
  const seconds = Math.round(exact);
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : minutes > 0
      ? `${minutes} min ${seconds % 60} s`
      : `${seconds} s`;
}
