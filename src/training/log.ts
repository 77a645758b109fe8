import { appendFile } from 'node:fs/promises';
import path from 'node:path';

/** What a line of the log tells of. */
export type LogEvent = 'start' | 'steps' | 'epoch' | 'notice' | 'end' | 'failed';

/** `log.jsonl` of a training: one JSON object a line, each with its time and event. */
export class TrainingLog {
  private readonly file: string;

  constructor(folder: string) {
    this.file = path.join(folder, 'log.jsonl');
  }

  async write(event: LogEvent, values: object): Promise<void> {
    const line = JSON.stringify({ time: new Date().toISOString(), event, ...values });
    await appendFile(this.file, `${line}\n`);
  }
}
