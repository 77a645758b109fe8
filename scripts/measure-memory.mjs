// Runs a command and prints the largest memory it used, workers included (Linux: VmHWM of the process).
//
//   node scripts/measure-memory.mjs node bin/explain.js train classifier …
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const [command, ...args] = process.argv.slice(2);
if (!command) throw new Error('Usage: node scripts/measure-memory.mjs COMMAND [ARGUMENT …]');
const began = Date.now();
const child = spawn(command, args, { stdio: 'inherit' });
let peak = 0;
const look = async () => {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
  peak = Math.max(peak, Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0));
};
const timer = setInterval(look, 200);
child.on('exit', code => {
  clearInterval(timer);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stderr.write(
    `peak resident memory ${(peak / 1024).toFixed(0)} MiB, ${seconds} s, exit code ${code}\n`,
  );
  process.exitCode = code ?? 1;
});
