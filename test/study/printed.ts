import { expect } from 'vitest';

/** The value, rounded as a published figure is, reads as published. */
export function printed(value: number, published: string): void {
  expect(value.toFixed(published.split('.')[1].length)).toBe(published);
}
