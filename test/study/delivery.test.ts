import { expect, it, vi } from 'vitest';
import { Delivery, type Destination, type KeptAnswer, type Receipt } from '../../src/study/delivery';
import { readingOrder } from '../../src/study/reading-order';
import { answerTo, MemoryStore, sha256, smallPlan } from './fakes';

const plan = smallPlan();
const order = readingOrder(plan, 'r1');
const answers = order.map((each, i) =>
  answerTo(plan, 'r1', each, { answeredAt: new Date(Date.UTC(2026, 0, 1, 12, i)).toISOString() }),
);
const keep = ({ answer: { reader, key }, text }: KeptAnswer): Receipt => ({
  reader,
  key,
  state: 'kept',
  sha256: sha256(text),
});

it('keeps an answer before it is sent, and takes it for delivered when its digest comes back', async () => {
  const store = new MemoryStore();
  const send = vi.fn<Destination['send']>(async batch => {
    // It is on the disk by then.
    expect(batch.every(({ id }) => store.kept.get(id)?.state === 'waiting')).toBe(true);
    return batch.map(keep);
  });
  const delivery = new Delivery(store, { send });
  await delivery.open(plan.id);
  await delivery.add(answers[0]);
  await delivery.idle();
  expect(delivery.state()).toEqual({ waiting: 0, delivered: 1, refused: 0 });
  expect(send).toHaveBeenCalledTimes(1);
});

it('does not take a receipt of something else for one', async () => {
  const wrong: Destination = {
    send: async batch => batch.map(each => ({ ...keep(each), sha256: sha256('x') })),
  };
  const delivery = new Delivery(new MemoryStore(), wrong, undefined, 60_000);
  await delivery.add(answers[0]);
  await delivery.idle();
  expect(delivery.state()).toMatchObject({
    waiting: 1,
    delivered: 0,
    failure: new Error('The destination acknowledged none of the answers.'),
  });
  delivery.close();
});

it('loses nothing offline or over a closed tab, and sends all when the network is back', async () => {
  const store = new MemoryStore();
  let online = false;
  const received: string[] = [];
  const destination: Destination = {
    send: async batch => {
      if (!online) throw new Error('no network');
      received.push(...batch.map(({ text }) => text));
      return batch.map(keep);
    },
  };
  const before = new Delivery(store, destination, undefined, 60_000);
  await before.open(plan.id);
  for (const answer of answers.slice(0, 3)) await before.add(answer);
  await before.idle();
  expect(before.state()).toEqual({ waiting: 3, delivered: 0, refused: 0, failure: new Error('no network') });
  before.close();

  const after = new Delivery(store, destination, undefined, 60_000);
  await after.open(plan.id);
  await after.idle();
  expect(after.answers()).toEqual(answers.slice(0, 3));
  online = true;
  after.send();
  await after.idle();
  expect(after.state()).toEqual({ waiting: 0, delivered: 3, refused: 0 });
  expect(received).toEqual(answers.slice(0, 3).map(answer => JSON.stringify(answer)));
  after.close();
});

it('tries again by itself', async () => {
  let attempts = 0;
  const flaky: Destination = {
    send: async batch => {
      attempts += 1;
      if (attempts < 3) throw new Error('busy');
      return batch.map(keep);
    },
  };
  const delivery = new Delivery(new MemoryStore(), flaky, undefined, 5);
  await delivery.add(answers[0]);
  await expect.poll(() => delivery.state().delivered).toBe(1);
  expect(attempts).toBe(3);
});

it('locks an answer: a second one to the same reading is not taken', async () => {
  const delivery = new Delivery(new MemoryStore(), undefined);
  await delivery.add(answers[0]);
  await expect(delivery.add({ ...answers[0], rating: 1 })).rejects.toThrow('locked');
  expect(delivery.answers()).toEqual([answers[0]]);
});

it('says where the destination holds another answer, and sends it no more', async () => {
  const other: Destination = {
    send: async batch => batch.map(each => ({ ...keep(each), state: 'conflict', sha256: sha256('other') })),
  };
  const delivery = new Delivery(new MemoryStore(), other);
  await delivery.add(answers[0]);
  await delivery.idle();
  expect(delivery.state()).toEqual({ waiting: 0, delivered: 0, refused: 1 });
});
