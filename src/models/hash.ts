import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 in lower-case hexadecimal. Plain JavaScript: `crypto.subtle` is absent where the page is served over http. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** SHA-256 of what comes in parts. */
export class Sha256 {
  private readonly hash = sha256.create();
  /** Bytes so far. */
  length = 0;

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.length += bytes.length;
  }

  /** In lower-case hexadecimal; nothing can be added afterwards. */
  hex(): string {
    return bytesToHex(this.hash.digest());
  }
}
