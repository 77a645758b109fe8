/** Counts what typed arrays and buffers are asked for while something runs. */

const names = [
  'ArrayBuffer',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
] as const;

export interface Allocations {
  /** Every byte that a typed array or buffer was made with, freed or not: never less than the peak. */
  bytes: number;
  /** Largest foreign buffer that was looked into: the memory of a WebAssembly codec after it has grown. */
  heap: number;
}

/** The global constructors are replaced while `run` runs, so nothing else may run at the same time. */
export async function countingAllocations<T>(
  run: () => Promise<T>,
): Promise<{ value: T; allocations: Allocations }> {
  const allocations: Allocations = { bytes: 0, heap: 0 };
  const own = new WeakSet<object>();
  const originals = new Map(names.map(name => [name, globalThis[name]]));
  for (const name of names)
    Object.assign(globalThis, { [name]: counting(globalThis[name], allocations, own) });
  try {
    return { value: await run(), allocations };
  } finally {
    for (const [name, original] of originals) Object.assign(globalThis, { [name]: original });
  }
}

function counting<T extends new (...values: never[]) => object>(
  original: T,
  allocations: Allocations,
  own: WeakSet<object>,
): T {
  const size = (original as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  return new Proxy(original, {
    construct(target, values: unknown[], newTarget) {
      const [first] = values;
      // Counted before it is made: an allocation that fails was asked for all the same.
      // Neither a negative length nor NaN gives an array.
      if (typeof first === 'number' && first > 0) allocations.bytes += first * size;
      const made = Reflect.construct(target, values, newTarget) as { byteLength: number; buffer?: object };
      if (first instanceof Buffer_) {
        if (!own.has(first)) allocations.heap = Math.max(allocations.heap, first.byteLength);
      } else {
        if (typeof first === 'object' && first !== null) allocations.bytes += made.byteLength;
        own.add(made.buffer ?? made);
      }
      return made;
    },
  });
}

/** The constructor before any replacement. */
const Buffer_ = ArrayBuffer;
