/** How many parts an ONNX file holds, counted on its bytes before any is made into an object. */
import protobuf from 'protobufjs/light.js';

/** Messages and texts: the largest networks of images that are exported hold some ten thousand. */
const mostParts = 2 ** 18;
/** Whole numbers of 64 bits, each an object of its own: shapes and places; weights are not among them. */
const mostIntegers = 2 ** 20;

/** How a repeated field of numbers is written that is packed into one piece. */
const packedWire = 2;

/**
 * A file of a few megabytes can hold millions of empty messages, which take some hundred bytes each once they are read.
 *
 * @throws RangeError where there are more than any network has; Error where the bytes are no such message
 */
export function checkParts(bytes: Uint8Array, type: protobuf.Type): void {
  const reader = protobuf.Reader.create(bytes);
  const counted = { parts: 0, integers: 0 };
  walk(reader, reader.len, type, counted);
}

function walk(
  reader: protobuf.Reader,
  end: number,
  type: protobuf.Type,
  counted: { parts: number; integers: number },
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wire = tag & 7;
    const field = type.fieldsById[tag >>> 3]?.resolve();
    if (!field) {
      reader.skipType(wire);
      continue;
    }
    const basic = field.resolvedType ? packedWire : protobuf.types.basic[field.type as 'int64'];
    const isPacked = field.repeated && wire === packedWire && field.type in protobuf.types.packed;
    // The reader takes a field's bytes by what the field is, not by what they say that they are.
    if (wire !== basic && !isPacked) throw new Error(`the field "${field.name}" is written in another way`);
    if (wire !== packedWire) {
      if (field.type === 'int64') counted.integers++;
      reader.skipType(wire);
    } else {
      const length = reader.uint32();
      const inner = reader.pos + length;
      if (inner > end) throw new RangeError(`the field "${field.name}" ends outside of what holds it`);
      if (field.resolvedType instanceof protobuf.Type) walk(reader, inner, field.resolvedType, counted);
      else if (field.type === 'int64') counted.integers += numbersIn(reader.buf, reader.pos, inner);
      if (!isPacked) counted.parts++;
      reader.pos = inner;
    }
    if (counted.parts > mostParts || counted.integers > mostIntegers)
      throw new RangeError('it holds more nodes, tensors, texts or whole numbers than any network of images');
  }
}

/** Packed whole numbers: each ends with a byte whose highest bit is not set. */
function numbersIn(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at] < 0x80) count++;
  return count;
}
