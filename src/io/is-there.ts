import { access } from 'node:fs/promises';

/** Whether a file or folder is there and may be seen; a link to nothing is not. */
export function isThere(place: string): Promise<boolean> {
  return access(place).then(
    () => true,
    () => false,
  );
}
