import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/models/random';
import { makeRoot, removeRoot, startChild, type ChildServer } from './child-process';
import { dicomFile, image, words } from './dicom-bytes';

/** How long each server lives at most, ms, and how many follow each other; longer by STORE_ROUNDS=50. */
const life = 2500;
const rounds = Number(process.env.STORE_ROUNDS ?? 5);
/** Files that make each look through the folder long enough to meet stores. */
const others = 200;

let root: string;
beforeAll(async () => {
  root = await makeRoot();
  for (let n = 0; n < others; n++) writeFileSync(path.join(root, `data/other-${n}.dcm`), outside(n));
});
afterAll(() => removeRoot(root));

const random = seededRandom('nothing stored is lost');
const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)];
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

interface Stored {
  at: string;
  uid: string;
  bytes: Buffer;
}

function outside(n: number): Buffer {
  return dicomFile(image({ study: '9.9', series: '9.9.1', instance: `9.9.1.${n}` }));
}

function make(uid: string, value: number): Buffer {
  const pixels = words([value & 0xfff, 2, 3, 4, 5, 6]);
  return dicomFile(image({ study: '1.2', series: '1.2.3', instance: uid }, {}, ['7FE00010', 'OW', pixels]));
}

function post(server: ChildServer, bytes: Buffer): Promise<Response> {
  return fetch(`${server.web}/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/dicom' },
    body: new Uint8Array(bytes),
  });
}

/** What an instance's address answers: its status, and its bytes where there are any. */
async function get(server: ChildServer, at: string): Promise<{ status: number; bytes: Buffer }> {
  const response = await fetch(`${server.web}/${at}`, { headers: { Accept: 'application/dicom' } });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

it('an acknowledged instance is found by every later request, whatever else happens', async () => {
  const acknowledged: Stored[] = [];
  const faults: string[] = [];
  let [next, reads, refusals, looks] = [0, 0, 0, 0];

  const check = async (server: ChildServer, stored: Stored) => {
    const { status, bytes } = await get(server, stored.at);
    reads += 1;
    if (status !== 200) faults.push(`${stored.uid}: ${status}`);
    else if (!bytes.equals(stored.bytes)) faults.push(`${stored.uid}: other bytes`);
  };

  const storing = async (server: ChildServer) => {
    const uid = `1.2.3.${++next}`;
    const bytes = make(uid, next);
    const { status } = await post(server, bytes);
    if (status !== 200) return void faults.push(`storing ${uid}: ${status}`);
    const stored = { at: `studies/1.2/series/1.2.3/instances/${uid}`, uid, bytes };
    acknowledged.push(stored);
    await check(server, stored);
  };

  const reading = (server: ChildServer) =>
    acknowledged.length > 0 ? check(server, pick(acknowledged)) : Promise.resolve();

  const storingAgain = async (server: ChildServer) => {
    if (acknowledged.length === 0) return;
    const { uid, bytes } = pick(acknowledged);
    const same = random() < 0.5;
    const response = await post(server, same ? bytes : make(uid, 4000));
    await response.text();
    refusals += same ? 0 : 1;
    if (response.status !== (same ? 200 : 409)) faults.push(`storing ${uid} again: ${response.status}`);
    if (same && !response.headers.get('warning')?.includes('already')) faults.push(`${uid}: no warning`);
  };

  const listing = async (server: ChildServer) => {
    const before = acknowledged.map(({ uid }) => uid);
    const response = await fetch(`${server.web}/studies/1.2/series/1.2.3/instances`);
    const found: Record<string, { Value: string[] }>[] = response.status === 200 ? await response.json() : [];
    const uids = new Set(found.map(one => one['00080018'].Value[0]));
    looks += 1;
    for (const uid of before) if (!uids.has(uid)) faults.push(`${uid} is not listed`);
  };

  /** Other programs add, remove, rename and copy files meanwhile, also ones with a stored UID and other pixels. */
  const changing = async () => {
    const n = Math.floor(random() * others);
    const file = path.join(root, `data/other-${n}.dcm`);
    const moved = path.join(root, `data/moved-${n}.dcm`);
    const action = random();
    if (action < 0.3) rmSync(file, { force: true });
    else if (action < 0.6) writeFileSync(file, outside(n));
    else if (action < 0.8) renameSync(writeAnew(file, n), moved);
    else if (acknowledged.length > 0) {
      mkdirSync(path.join(root, 'store/0'), { recursive: true });
      writeFileSync(path.join(root, `store/0/copy-${n}.dcm`), make(pick(acknowledged).uid, 4001));
    }
    await pause(random() * 5);
  };
  const writeAnew = (file: string, n: number) => (writeFileSync(file, outside(n)), file);

  for (let round = 0; round < rounds; round++) {
    const server = await startChild(root);
    for (const stored of acknowledged) await check(server, stored);
    const end = performance.now() + life * (0.3 + 0.7 * random());
    const running = () => performance.now() < end;
    const repeat = async (act: (server: ChildServer) => Promise<void>, wait: number) => {
      while (running()) {
        // Only a request that the kill cut off may fail.
        await act(server).catch(error => running() && faults.push(String(error)));
        await pause(random() * wait);
      }
    };
    const work = [
      repeat(storing, 4),
      repeat(storing, 4),
      repeat(storing, 4),
      repeat(reading, 4),
      repeat(storingAgain, 20),
      repeat(listing, 30),
      repeat(changing, 5),
    ];
    await pause(Math.max(0, end - performance.now()));
    await server.kill();
    await Promise.all(work);
    expect(server.errors()).toBe('');
  }

  const server = await startChild(root);
  try {
    await listing(server);
    for (const stored of acknowledged) await check(server, stored);
    for (let again = 0; again < 20; again++) await storingAgain(server);
    const names = readdirSync(path.join(root, 'store'), { recursive: true }).map(String);
    expect(names.filter(name => name.includes('.part'))).toEqual([]);
  } finally {
    await server.kill();
  }
  console.log(
    `${acknowledged.length} stored, ${reads} reads, ${looks} lists, ${refusals} refusals, ${rounds} kills`,
  );
  expect(faults).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(rounds);
  expect(refusals).toBeGreaterThan(0);
}, 600_000);
