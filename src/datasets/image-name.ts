import path from 'node:path';

/** The one spelling of an image's name: `./a.dcm`, `b/../a.dcm` and `a.dcm` are the same image. */
export function imageName(name: string): string {
  return name === '' ? '' : path.posix.normalize(name);
}

/** Whether a name that a table gives would be read from elsewhere than the folder of the table. */
export function isOutside(name: string): boolean {
  // A backslash separates folders on Windows alone.
  const parts = path.normalize(name).split(path.sep);
  return parts[0] === '..' || path.isAbsolute(name);
}
