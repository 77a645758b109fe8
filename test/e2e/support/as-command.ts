import { expect } from '@playwright/test';
import type { CommandResult } from './command';
import { largestDifference } from './npy';
import type { ShownResult, ViewerPage } from './viewer-page';

/** How far viewer and command may differ: score and map alike. */
export const tolerance = 1e-3;

/** Expects what the panel shows of an explanation, and the map that it exports, to be the command's. */
export async function expectAsCommand(
  viewer: ViewerPage,
  shown: ShownResult,
  command: CommandResult,
): Promise<void> {
  expect(Math.abs(shown.score - command.score)).toBeLessThan(tolerance);
  expect(shown.decision).toBe(command.decision);
  expect([shown.hold, shown.flip]).toEqual([command.hold, command.flip]);
  for (const kind of ['scoreSimilar', 'scoreAdversarial'] as const) {
    expect(Math.abs((shown[kind] ?? NaN) - (command[kind] ?? NaN)), kind).toBeLessThan(tolerance);
  }
  const map = await viewer.exportedMap();
  const difference = largestDifference(map, command.map);
  expect(difference).toBeLessThan(tolerance);
  // Where the whole map is faint, the absolute bound alone would say little.
  const highest = command.map.values.reduce((top, value) => Math.max(top, value), 0);
  expect(highest).toBeGreaterThan(0);
  expect(difference / highest).toBeLessThan(1e-2);
}
