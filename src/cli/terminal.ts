import { StringDecoder } from 'node:string_decoder';
import { format } from 'node:util';
import { printable, printableLines } from '../io/printable';

type Writer = NodeJS.WriteStream['write'];

/** The own writers of guarded streams. */
const writers = new WeakMap<NodeJS.WritableStream, Writer>();

/**
 * From here on nothing that is written to these streams, by this program or a library, reaches a terminal with control
 * characters in it: header values and file names can hold sequences that set its title, move its cursor or colour what
 * follows. {@link unguarded} is the way past, for the progress bar.
 */
export function guardTerminal(
  streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr],
): void {
  for (const stream of streams) {
    if (writers.has(stream)) continue;
    const write = stream.write.bind(stream) as Writer;
    writers.set(stream, write);
    const decoder = new StringDecoder('utf8');
    const guarded = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      done?: (error?: Error | null) => void,
    ): boolean => {
      // A character may be divided between two chunks of bytes.
      const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
      return write(printableLines(text), 'utf8', typeof encoding === 'function' ? encoding : done);
    };
    stream.write = guarded as Writer;
  }
}

let librariesMaySpeak = true;

/**
 * What libraries say on the console goes to standard error, each further line set in: dcmjs quotes header values there. To
 * be called before any library is loaded, since some keep the console's functions.
 */
export function guardConsole(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const) {
    console[name] = (...parts: unknown[]) => {
      if (librariesMaySpeak) process.stderr.write(`${setIn(format(...parts))}\n`);
    };
  }
}

/** From here on libraries say nothing, except with EXPLAIN_DEBUG: this run meets patients' data, and its output is a log. */
export function muteLibraries(): void {
  librariesMaySpeak = Boolean(process.env.EXPLAIN_DEBUG);
}

/** A text of several lines, all but the first set in, so that none looks as if the command had begun it. */
export function setIn(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** The stream as it was before {@link guardTerminal}, for a program that moves the cursor and vouches for what it writes. */
export function unguarded(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = writers.get(stream);
  return write ? Object.create(stream, { write: { value: write } }) : stream;
}

/** Says of an error, without a name or a stack, what a user is to read. */
type Describe = (error: unknown) => string;

let describe: Describe = error => (error instanceof Error ? error.message : String(error));

/** What {@link reportFailure} says from here on: a command that meets patients' data lets no message of a library through. */
export function describeFailuresBy(describer: Describe): void {
  describe = describer;
}

/** Writes why the command ends, and sets its exit code. With EXPLAIN_DEBUG, the whole error. */
export function reportFailure(error: unknown): void {
  process.stderr.write(`explain: ${setIn(describe(error))}\n`);
  if (process.env.EXPLAIN_DEBUG) console.error(error);
  process.exitCode = 1;
}

/** Writes one line to standard output. */
export function printLine(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Writes one line to standard error. */
export function warnLine(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
