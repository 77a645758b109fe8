import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** What a UID looks like (PS3.5 9.1), but for zeros at the beginning of a component, which equipment writes. */
const uidPattern = /^[0-9]+(\.[0-9]+)*$/;

/** Whether a text is a UID, and with it safe as a part of a path, of a URL or a file: it has no `..` and no slash. */
export function isUid(text: string): boolean {
  return text.length <= 64 && uidPattern.test(text);
}

/**
 * A unique identifier that follows from a name: the same name always gives the same UID.
 *
 * Form `2.25.<UUID as an integer>` (PS3.5 B.2); the UUID is of version 8 (RFC 9562), its free bits are the first of the
 * name's SHA-256.
 *
 * @param parts joined to the name, for example the seed and what is identified
 */
export function uidFrom(...parts: (string | number)[]): string {
  const bytes = sha256(utf8ToBytes(parts.join('\n'))).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const integer = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return `2.25.${integer}`;
}
