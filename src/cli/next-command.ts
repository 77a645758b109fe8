import path from 'node:path';

/**
 * A command as it can be typed where this one runs: `explain …` where the package is installed, `node bin/explain.js …` in its
 * repository.
 *
 * @param rest sub-command and arguments
 * @param script the program that Node was started with
 */
export function nextCommand(rest: string, script = process.argv[1] ?? ''): string {
  return `${commandName(script)} ${rest}`;
}

/** What the command is called where it runs. */
export function commandName(script = process.argv[1] ?? ''): string {
  const isInstalled =
    path.basename(script) !== 'explain.js' || script.split(path.sep).includes('node_modules');
  if (isInstalled) return 'explain';
  const file = path.relative(process.cwd(), script);
  return `node ${/\s/.test(file) ? `"${file}"` : file}`;
}
