/** Objects, lists and values that a JSON text of somebody else's may have: read, each takes up to some 200 bytes. */
export const mostJsonParts = 1 << 20;

const [object, list, comma] = [0x7b, 0x5b, 0x2c];

/**
 * Whether a JSON text would make more than {@link mostJsonParts} parts, counted before any is made: three bytes are an empty
 * object, and millions of them, of which a server needs to send some kilobytes compressed, would fill the memory. What stands in
 * strings is counted, too.
 *
 * @param json UTF-8, or text
 */
export function hasTooManyParts(json: Uint8Array | string): boolean {
  const bytes = typeof json === 'string' ? new TextEncoder().encode(json) : json;
  let count = 0;
  for (const byte of bytes) if (byte === comma || byte === object || byte === list) count++;
  return count > mostJsonParts;
}

/** @throws RangeError where a text of JSON {@link hasTooManyParts} */
export function refuseTooManyParts(json: Uint8Array | string): void {
  if (hasTooManyParts(json)) throw new RangeError(`it holds more than ${mostJsonParts} values`);
}
