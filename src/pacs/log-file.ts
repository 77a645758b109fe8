import { closeSync, openSync, writeSync } from 'node:fs';
import { connectionCode, HarmlessError, said, vouchedFor, type HarmlessText } from '../io/harmless';

/** A file that the command line names cannot be written. */
class LineFileError extends HarmlessError {
  override name = 'LineFileError';
}

/** A file that lines are appended to for as long as a service runs; a disk that is full meanwhile does not end it. */
export class LineFile {
  /** Whether a line was cut off by the end of the disk. */
  private isCut = false;
  private reason: HarmlessText | undefined;

  /**
   * @param option that names it, e.g. `--log`
   * @throws Error that names option and file, where it cannot be opened
   */
  constructor(
    readonly option: string,
    readonly path: string,
    private readonly mode = 0o666,
  ) {
    this.orThrow(() => closeSync(openSync(path, 'a', mode)));
  }

  /** Why the last line could not be written; undefined where it was. */
  get failure(): HarmlessText | undefined {
    return this.reason;
  }

  /** @returns false where it cannot be written; {@link failure} says why */
  append(line: string): boolean {
    try {
      this.write(line);
      this.reason = undefined;
    } catch (error) {
      this.reason = codeOf(error);
    }
    return this.reason === undefined;
  }

  /** Appends a line at the start, when there is somebody to be told. @throws Error that names option and file */
  appendFirst(line: string): void {
    this.orThrow(() => this.write(line));
  }

  private orThrow(action: () => void): void {
    try {
      action();
    } catch (error) {
      const file = vouchedFor(`${this.option} ${this.path}`);
      throw new LineFileError(said`${file} cannot be written (${codeOf(error)}).`, { cause: error });
    }
  }

  private write(line: string): void {
    const bytes = Buffer.from(this.isCut ? `\n${line}` : line);
    const file = openSync(this.path, 'a', this.mode);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
      this.isCut = false;
    } catch (error) {
      this.isCut ||= written > 0;
      throw error;
    } finally {
      closeSync(file);
    }
  }
}

function codeOf(error: unknown): HarmlessText {
  return connectionCode((error as { code?: unknown }).code) ?? said`no reason known`;
}

/**
 * Writes a log to a file: at the start a line that cannot be written is an error; later ones are left out until it can be again, of
 * which `warn` is told once each time.
 */
export function logWriter(
  file: LineFile,
  warn: (text: string) => void,
  isStarting: () => boolean,
): (line: string) => void {
  let missed = 0;
  return line => {
    if (isStarting()) {
      file.appendFirst(line);
    } else if (!file.append(line)) {
      if (missed++ === 0)
        warn(
          `${file.option} ${file.path} cannot be written (${file.failure}). The work goes on; lines are left out until it can be.`,
        );
    } else if (missed > 0) {
      warn(`${file.option} ${file.path} can be written again; ${missed} lines were left out.`);
      missed = 0;
    }
  };
}
