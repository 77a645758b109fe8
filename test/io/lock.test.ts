import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockTaken, withLock } from '../../src/io/lock';

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

  it('does not remove the lock of one that took it for stale', async () => {
    await withLock(file, refuse, async () => {
      await writeFile(file, `${process.pid} ${hostname()} another`);
    });
    expect(await readFile(file, 'utf8')).toContain('another');
  });
});
