import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const run = (script: string, ...args: string[]): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [`scripts/${script}`, ...args], {
    encoding: 'utf8',
  });
  return stdout + stderr;
};

it.each(['deployment.mjs', 'place-viewer.mjs'])(
  '%s lists its options, and names one that is wrong',
  script => {
    const help = run(script, '--help');
    expect(help).toContain(`Usage: node scripts/${script}`);
    expect(help).toContain('--token <token>');
    const unknown = run(script, '--tokn', 'x');
    expect(unknown).toMatch(/unknown option '--tokn'\s+\(Did you mean --token\?\)/);
    expect(unknown).not.toContain(' at ');
    expect(run(script, '--token', '')).toMatch(
      /'--token <token>'.*It is empty\. Make one, e\.g\. with "openssl rand/,
    );
  },
);

it('a port that is none is refused', () => {
  expect(run('deployment.mjs', '--port', '8o')).toContain("'--port <number>' argument '8o' is invalid");
});
