/** What the browser tells of the machine. */
export interface Machine {
  /** Logical processors. */
  cores: number;
  /** Memory, GiB; absent where the browser does not say (Firefox, Safari, pages over plain http). */
  memoryGib?: number;
}

/** How many workers an averaged map is made on, and what keeps them from being more. */
export interface AveragingPlan {
  /** With the one that explains, at least 1. */
  workers: number;
  /** `most`: as many as are ever of use, or as the configuration allows. */
  limit: 'most' | 'cores' | 'memory';
}

/** Of ten transforms more workers would make one or two each, and each holds networks and a heap of its own. */
const mostWorkers = 4;

/** Of the machine's memory, what all workers together may take: the viewer holds films in the rest. */
const memoryShare = 1 / 8;

/** Where the browser does not say: that of a modest workstation. */
const assumedGib = 4;

/** Script, compiled kernels and the model's files while it loads; beside the heap. */
const bytesBesideHeap = 64 * 2 ** 20;

/**
 * One worker a core, at most four: while they compute, the page only waits. Fewer where their heaps would take more than an eighth
 * of the memory.
 *
 * @param heapBytes largest wasm heap of a worker with these networks so far
 * @param allowed workers that the configuration allows
 */
export function planWorkers(
  { cores, memoryGib = assumedGib }: Machine,
  heapBytes: number,
  allowed = mostWorkers,
): AveragingPlan {
  const fitting = Math.floor((memoryGib * 2 ** 30 * memoryShare) / (heapBytes + bytesBesideHeap));
  const workers = Math.max(1, Math.min(mostWorkers, allowed, cores, fitting));
  const limit = workers >= Math.min(mostWorkers, allowed) ? 'most' : workers === cores ? 'cores' : 'memory';
  return { workers, limit };
}

/** @param scope of the worker */
export function thisMachine(scope: Pick<typeof globalThis, 'navigator'> = globalThis): Machine {
  const { hardwareConcurrency, deviceMemory } = scope.navigator as Navigator & { deviceMemory?: number };
  return { cores: hardwareConcurrency || 1, memoryGib: deviceMemory };
}
