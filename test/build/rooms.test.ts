import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { inOrder, rooms } from '../../scripts/rooms.mjs';

test('the lint rules are those of the table of rooms, which knows every folder of src', () => {
  expect(() =>
    execFileSync(process.execPath, [path.resolve('scripts/rooms.mjs')], { stdio: 'pipe' }),
  ).not.toThrow();
});

test('no room imports one above it', () => {
  const order = inOrder();
  expect(new Set(order)).toEqual(new Set(Object.keys(rooms)));
  for (const [room, { imports }] of Object.entries(rooms))
    for (const other of imports) expect(order.indexOf(other)).toBeLessThan(order.indexOf(room));
});

test('a circle of rooms is named', () => {
  const table = { io: { imports: ['models'] }, models: { imports: ['io'] } };
  expect(() => inOrder(table)).toThrow('io → models → io');
});
