// One worker of scripts/kill-workers.mjs, which bundles this file: the queue of `explain pacs` with an explanation that takes a moment and
// an archive that counts.
import { jsonLog, runQueue, type InstanceAddress, type Outcome } from '../src/pacs';
import { pause } from '../src/pacs/retry';

const [redis, archive, count, milliseconds] = process.argv.slice(2);

async function* images(): AsyncGenerator<InstanceAddress> {
  for (let i = 1; i <= Number(count); i++)
    yield { studyUid: `2.25.1${i}`, seriesUid: `2.25.2${i}`, instanceUid: `2.25.3${i}` };
}

async function explain({ instanceUid }: InstanceAddress): Promise<Outcome> {
  const held = await fetch(`${archive}/${instanceUid}`);
  if (held.ok) return { kind: 'already-done' };
  await pause(Number(milliseconds));
  const stored = await fetch(`${archive}/${instanceUid}`, { method: 'PUT' });
  return {
    kind: 'explained',
    stored: stored.status === 201 ? 1 : 0,
    present: stored.status === 201 ? 0 : 1,
    cautions: [],
  };
}

const log = jsonLog(line => process.stdout.write(line), { least: 'warn' });
const tally = await runQueue(images(), explain, log, 'explain-kill-workers', {
  url: redis,
  leaseMs: 2000,
  attempts: 3,
});
if (tally.failed > 0) process.exitCode = 1;
