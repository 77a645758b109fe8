import { SingleBar } from 'cli-progress';

/** Shows how far a long job is: a bar with the remaining time on a terminal, a plain line now and then otherwise. */
export class Progress {
  private readonly bar?: SingleBar;
  private readonly startedAt = Date.now();
  private lastLine = 0;
  private first?: number;

  constructor(
    private readonly title: string,
    private total: number,
  ) {
    if (!process.stderr.isTTY) return;
    const format = `${title} {bar} {value}/{total} {detail} remaining {remaining}`;
    this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
    this.bar.start(total, 0, { detail: '', remaining: '–' });
  }

  /** @param seconds remaining time, where it is known better than by the share that is done */
  update(done: number, detail = '', seconds?: number): void {
    this.first ??= done - 1;
    const remaining = seconds === undefined ? this.remaining(done) : duration(seconds);
    if (this.bar) {
      this.bar.update(done, { detail, remaining });
    } else if (Date.now() - this.lastLine > 20_000 || done === this.total) {
      this.lastLine = Date.now();
      process.stderr.write(`${this.title} ${done}/${this.total} ${detail} remaining ${remaining}\n`);
    }
  }

  /** Writes a line that stays. */
  line(text: string): void {
    if (this.bar) process.stderr.write('\r\x1b[K');
    process.stderr.write(`${text}\n`);
  }

  stop(): void {
    this.bar?.stop();
  }

  private remaining(done: number): string {
    const rate = (Date.now() - this.startedAt) / Math.max(1, done - (this.first ?? 0));
    return duration((rate * (this.total - done)) / 1000);
  }
}

function duration(exact: number): string {
  const seconds = Math.round(exact);
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : minutes > 0
      ? `${minutes} min ${seconds % 60} s`
      : `${seconds} s`;
}
