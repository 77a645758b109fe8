/** One run of some workers over one queue. */
export interface MeasuredRun {
  workers: number;
  /** That were explained. */
  images: number;
  /** Images a minute, from when every worker has its first image done. */
  rate: number;
  /** Of a core, that the archive took. */
  archiveShare: number;
  /** Objects that the archive was offered more than once. */
  storedTwice: number;
}

/** Runs one worker and two in turns. */
export function benchWorkers(options: {
  images: number;
  rounds: number;
  latencyMs: number;
  /** Folder of a model package. */
  model: string;
  /** Side of the phantoms, default 1024 pixels. */
  size?: number;
  onRun?: (run: MeasuredRun) => void;
}): Promise<MeasuredRun[]>;
