/**
 * An address as a message may repeat it: what stands where a user and a password would stand is left out, also of text that is no
 * address, as where its scheme is mistyped.
 */
export function withoutUser(address: string): string {
  // Up to the last @: a password that was not encoded may hold others, and slashes.
  const end = address.lastIndexOf('@');
  if (end < 0) return address;
  const before = address.slice(0, address.indexOf('@'));
  const scheme = before.slice(0, before.indexOf('//') + 2);
  return `${before.includes('//') ? scheme : ''}…${address.slice(end)}`;
}
