import { DicomImageError, readDicomImage } from '../../src/dicom';
import { countingAllocations } from './allocations';
import { allocationLimit, fuzzCase } from './fuzz-cases';
import type { Seed } from './fuzz-seeds';

/** What became of one damaged file. */
export interface FuzzOutcome {
  index: number;
  name: string;
  /** `image`, or the code of its refusal. */
  outcome: string;
  /** What must not happen, where it did. */
  fault?: string;
  seconds: number;
  allocated: number;
  limit: number;
  heap: number;
}

const longestSeconds = 5;
/** Address space that the codecs' WebAssembly memory is made with; most of it is never touched. */
const codecBase = 256 * 1024 * 1024;

/** Reads case number `index` of a run and says what became of it. */
export async function runCase(
  seeds: readonly Seed[],
  run: number | string,
  index: number,
): Promise<FuzzOutcome> {
  const { name, bytes } = fuzzCase(seeds, run, index);
  const started = process.cpuUsage();
  const { value, allocations } = await countingAllocations(() =>
    readDicomImage(bytes, index % 3 === 0 ? { frame: 1 } : {}).then(
      ({ image }) => ({ image }),
      (error: unknown) => ({ error }),
    ),
  );
  // Processor time: a busy machine is no hang.
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  const limit = allocationLimit(bytes);
  const about = { index, name, seconds, allocated: allocations.bytes, limit, heap: allocations.heap };
  const fault = (text: string): FuzzOutcome => ({ ...about, outcome: 'fault', fault: text });
  if (seconds > longestSeconds) return fault(`took ${seconds.toFixed(1)} s`);
  if (about.allocated > limit) return fault(`allocated ${about.allocated} bytes of ${limit}`);
  if (about.heap > codecBase + limit) return fault(`grew the codec to ${about.heap} bytes`);
  if ('image' in value) {
    const { values, rows, columns } = value.image;
    if (values.length !== rows * columns)
      return fault(`gave ${values.length} values for ${rows} × ${columns}`);
    return { ...about, outcome: 'image' };
  }
  const { error } = value;
  if (!(error instanceof DicomImageError)) return fault(`threw ${String(error)}`);
  if (error.message.length < 20) return fault(`said only “${error.message}”`);
  return { ...about, outcome: error.code };
}
