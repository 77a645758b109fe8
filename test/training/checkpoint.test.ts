import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  decode,
  encode,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from '../../src/training/checkpoint';

let folder: string;
let damaged: string[];
const onDamaged = (file: string, reason: string): void => {
  damaged.push(`${path.basename(file)}: ${reason}`);
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'checkpoint-'));
  damaged = [];
});
afterEach(() => rm(folder, { recursive: true }));

function checkpoint(step: number): Checkpoint {
  return {
    header: {
      config: '{"seed":1,"name":"λ\\n"}',
      data: 'd',
      step,
      history: [{ score: 0.1 + step, auc: 1 / 3 }],
      bestEpoch: 1,
      epochTerms: { loss: 0.5 },
      epochSteps: 3,
    },
    arrays: {
      parameters: Float32Array.of(1 / 3, -0, 1e-42, step, 3.4e38),
      empty: new Float32Array(0),
      statistics: Float32Array.of(7),
    },
  };
}

const last = (): string => path.join(folder, 'last.ckpt');

describe('checkpoints', () => {
  it('come back bit by bit', async () => {
    const written = checkpoint(5);
    await writeCheckpoint(folder, written);
    const read = await readCheckpoint(folder, onDamaged);
    expect(read).toEqual(written);
    expect(Object.is(read?.arrays.parameters[1], -0)).toBe(true);
    expect(damaged).toEqual([]);
  });

  it('come back from views into larger buffers', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const { header } = checkpoint(1);
    expect(decode(encode({ header, arrays: { part: whole.subarray(1, 3) } })).arrays.part).toEqual(
      Float32Array.of(2, 3),
    );
  });

  it('are none in an empty or absent folder', async () => {
    expect(await readCheckpoint(folder, onDamaged)).toBeUndefined();
    expect(await readCheckpoint(path.join(folder, 'absent'), onDamaged)).toBeUndefined();
  });

  it('keep the one before', async () => {
    for (const step of [1, 2, 3]) await writeCheckpoint(folder, checkpoint(step));
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(3);
    await rm(last());
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(2);
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['cut off', async file => truncate(file, (await stat(file)).size - 6)],
    ['cut off in its first line', file => truncate(file, 10)],
    ['empty', file => truncate(file, 0)],
    ['another file', file => writeFile(file, 'not a checkpoint at all, '.repeat(20))],
    [
      'changed by one bit',
      async file => {
        const bytes = await readFile(file);
        bytes[bytes.length - 3] ^= 4;
        await writeFile(file, bytes);
      },
    ],
  ])('are left aside, saying so, when %s: the one before is used', async (_, damage) => {
    await writeCheckpoint(folder, checkpoint(1));
    await writeCheckpoint(folder, checkpoint(2));
    await damage(last());
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(1);
    expect(damaged).toHaveLength(1);
    expect(damaged[0]).toMatch(/^last\.ckpt: (not a checkpoint|it is damaged)/);
    // The next one takes its place, and not that of the one before.
    await writeCheckpoint(folder, checkpoint(3));
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(3);
    await damage(last());
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(1);
  });

  it('do not come from a write that was cut off', async () => {
    await writeCheckpoint(folder, checkpoint(1));
    await writeFile(path.join(folder, `.${randomUUID()}.part`), 'half a file');
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(1);
    await writeCheckpoint(folder, checkpoint(2));
    expect((await readCheckpoint(folder, onDamaged))?.header.step).toBe(2);
    expect(damaged).toEqual([]);
  });
});
