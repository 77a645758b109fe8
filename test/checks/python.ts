import { execFileSync } from 'node:child_process';

/** Debian's, which has python3-torch and python3-scipy. */
const python = '/usr/bin/python3';

/** Why the reference cannot run here, or undefined where it can. */
export function whyNoReference(): string | undefined {
  try {
    // Found, not loaded, which would take as long as some of the checks.
    const find =
      'from importlib.util import find_spec as f; assert f("torch") and f("numpy") and f("scipy.ndimage")';
    execFileSync(python, ['-c', find], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const reason = (error as Error).message.trim().split('\n').at(-1);
    return `The independent values need ${python} with torch, numpy and scipy (Debian: python3-torch, python3-scipy): ${reason}`;
  }
}

/** Runs a script of the repository and returns what it prints. @throws Error with its last line */
export function runPython(args: readonly string[]): string {
  try {
    return execFileSync(python, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e8 });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`${args.join(' ')} failed: ${stderr?.trim() || (error as Error).message}`, {
      cause: error,
    });
  }
}
