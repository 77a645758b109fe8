import { expect, test } from 'vitest';
import { counted } from '../../src/io/counted';

test('one is one, and none and more are many', () => {
  expect([0, 1, 6].map(count => counted(count, 'reader'))).toEqual(['0 readers', '1 reader', '6 readers']);
  expect([1, 2].map(count => counted(count, 'study', 'studies'))).toEqual(['1 study', '2 studies']);
});
