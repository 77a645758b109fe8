import { expect, test } from 'vitest';
import { EngineError } from '../../src/extension/engine';
import type { ExplainService } from '../../src/extension/explain-service';
import { MaskSegmentations, type MaskHost } from '../../src/extension/mask-segmentation';

/** A service that shows one explained image and fails to compute its mask. */
function failingService(error: Error): { service: ExplainService; changes: object[] } {
  const changes: object[] = [];
  const service = {
    explanationOf: () => ({ phase: 'done' }),
    currentResult: () => ({}),
    getState: () => ({
      settings: { showMask: true, percentile: 90 },
      outputVisible: true,
      subject: { kind: 'image', imageId: 'image' },
    }),
    mask: () => Promise.reject(error),
    setSettings: (change: object) => changes.push(change),
    notify: (notice: object) => changes.push(notice),
  };
  return { service: service as unknown as ExplainService, changes };
}

async function changesAfter(error: Error): Promise<object[]> {
  const { service, changes } = failingService(error);
  const masks = new MaskSegmentations(service, {} as MaskHost);
  masks.update();
  await masks.settled();
  return changes;
}

test('a mask that another choice of backend cancelled stays switched on', async () => {
  expect(await changesAfter(new EngineError('cancelled', 'Cancelled.'))).toEqual([]);
});

test('a mask that cannot be computed is switched off, with the reason', async () => {
  expect(await changesAfter(new EngineError('out-of-memory', 'no room'))).toEqual([
    { showMask: false },
    { kind: 'error', text: 'The mask could not be shown: no room' },
  ]);
});
