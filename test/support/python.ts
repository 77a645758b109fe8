import { execFileSync } from 'node:child_process';

/** Debian's, which has its packages. */
export const python = '/usr/bin/python3';

/** Why a program that needs these Python modules cannot run here, or undefined. */
export function whyNoPython(modules: readonly string[]): string | undefined {
  try {
    // Found, not imported: that would take seconds.
    const look = `from importlib.util import find_spec as f; print(*[m for m in ${JSON.stringify(modules)} if not f(m)])`;
    const absent = execFileSync(python, ['-c', look], { stdio: 'pipe', encoding: 'utf8' }).trim();
    return absent === '' ? undefined : `Not there: ${absent}.`;
  } catch (error) {
    return (error as Error).message.trim().split('\n').at(-1);
  }
}
