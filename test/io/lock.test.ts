import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockTaken, withLock } from '../../src/io/lock';
import { eventually } from '../support/eventually';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'explain-lock-'));
  file = path.join(folder, 'work.lock');
});
afterEach(() => rm(folder, { recursive: true }));

class Held extends Error {}
const refuse = (): never => {
  throw new Held();
};
const nothing = async (): Promise<void> => undefined;

const startField = (id: number): string => readFileSync(`/proc/${id}/stat`, 'utf8').split(' ')[21];

/** The id of a process that is no more. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

describe('withLock', () => {
  it('keeps others out while it works, and leaves nothing behind', async () => {
    await withLock(file, refuse, async () => {
      await expect(withLock(file, refuse, nothing)).rejects.toThrow(Held);
    });
    expect(await readdir(folder)).toEqual([]);
    await expect(withLock(file, refuse, () => Promise.reject(new Error('work failed')))).rejects.toThrow(
      'work failed',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('waits no longer than it is told', async () => {
    await withLock(file, refuse, async () => {
      await expect(withLock(file, () => undefined, nothing, 20)).rejects.toThrow(LockTaken);
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('waits for its turn', async () => {
    const order: string[] = [];
    let second: Promise<void> | undefined;
    await withLock(file, refuse, async () => {
      await new Promise<void>(resolve => {
        const onWait = (): void => resolve(void order.push('waits'));
        second = withLock(file, onWait, async () => void order.push('second'));
      });
      order.push('first');
    });
    await second;
    expect(order).toEqual(['waits', 'first', 'second']);
  });

  it('lets one alone take over the lock of a process that was killed, however many try at once', async () => {
    const dead = await deadProcess();
    for (let round = 0; round < 100; round++) {
      await writeFile(file, `${dead} ${hostname()} ${round}`);
      let [inside, most, done] = [0, 0, 0];
      await Promise.allSettled(
        Array.from({ length: 8 }, () =>
          withLock(file, refuse, async () => {
            most = Math.max(most, ++inside);
            await new Promise(resolve => setTimeout(resolve, 3));
            inside--;
            done++;
          }),
        ),
      );
      expect(most).toBe(1);
      expect(done).toBeGreaterThan(0);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('takes over from one that was killed while it took over', async () => {
    const dead = await deadProcess();
    await writeFile(file, `${dead} ${hostname()} a`);
    const name = createHash('sha256').update(`${dead} ${hostname()} a`).digest('hex').slice(0, 16);
    await writeFile(`${file}.${name}`, `${dead} ${hostname()} b`);
    await withLock(file, refuse, nothing);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves a process of another machine a minute without a sign of life', async () => {
    await writeFile(file, `${await deadProcess()} not-${hostname()} 1`);
    await expect(withLock(file, refuse, nothing)).rejects.toThrow(Held);
    const old = new Date(Date.now() - 61_000);
    await utimes(file, old, old);
    await withLock(file, refuse, nothing);
    expect(await readdir(folder)).toEqual([]);
  });

  describe.skipIf(!existsSync('/proc/self/ns/pid'))('where processes have a view and a begin', () => {
    const [boot, namespace, start] = [
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0],
      // Node's own name holds no blanks.
      readFileSync('/proc/self/stat', 'utf8').split(' ')[21],
    ];
    const view = `${boot}/${namespace}`;

    it('tells both of its holder', async () => {
      await withLock(file, refuse, async () => {
        const text = await readFile(file, 'utf8');
        expect(text.split(' ').slice(3)).toEqual([view, start]);
        expect(text).toMatch(new RegExp(`^${process.pid} ${hostname()} `));
      });
    });

    it('takes over at once from a process that has ended, and from one whose id another has now, its own even', async () => {
      const dead = await deadProcess();
      for (const holder of [`${dead} h x ${view} 1`, `${process.pid} h x ${view} ${Number(start) - 1}`]) {
        await writeFile(file, holder);
        await withLock(file, refuse, nothing);
        expect(await readdir(folder)).toEqual([]);
      }
    });

    it('takes over at once from a process that has ended and nobody asked after', async () => {
      const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60']);
      try {
        const [line] = (await once(parent.stdout, 'data')) as [Buffer];
        const zombie = Number(line);
        await eventually(() => expect(readFileSync(`/proc/${zombie}/stat`, 'utf8')).toContain(' Z '));
        await writeFile(file, `${zombie} h x ${view} ${startField(zombie)}`);
        await withLock(file, refuse, nothing);
      } finally {
        parent.kill();
      }
    });

    it.each([
      ['itself', () => `${process.pid} h x ${view} ${start}`],
      [
        'an id that is free here, of another container of this name',
        () => `4194305 ${hostname()} x ${boot}/1 1`,
      ],
      ['its own id in another container of this name', () => `${process.pid} ${hostname()} x ${boot}/1 1`],
      [
        'an id that is free here, of another machine of this name',
        () => `4194305 ${hostname()} x b/${namespace} 1`,
      ],
      ['its own id, by an earlier version', () => `${process.pid} ${hostname()} x`],
    ])('waits for %s', async (_whom, holder) => {
      await writeFile(file, holder());
      await expect(withLock(file, refuse, nothing)).rejects.toThrow(Held);
    });

    it('tells whether the end of the other would be seen', async () => {
      const seen: unknown[] = [];
      for (const holder of [`${process.pid} h x ${view} ${start}`, `7 h x ${boot}/1 1`]) {
        await writeFile(file, holder);
        const wait = withLock(file, other => seen.push(other?.isSeen), nothing, 1);
        await expect(wait).rejects.toThrow(LockTaken);
      }
      expect(seen).toEqual([true, false]);
    });
  });

  it('does not remove the lock of one that took it for stale', async () => {
    await withLock(file, refuse, async () => {
      await writeFile(file, `${process.pid} ${hostname()} another`);
    });
    expect(await readFile(file, 'utf8')).toContain('another');
  });
});
