import { expect, test } from 'vitest';
import { ExplainService } from '../../src/extension/store/explain-service';
import type { ExplainState } from '../../src/extension/store/state';
import { announcement } from '../../src/panels/Announcer';
import { FakeEngine, FakeHost } from '../extension/fakes';

test('a result is said once, with verdict, side and direction; then what goes, comes and is generated', async () => {
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => new FakeEngine(),
  });
  service.attach(new FakeHost());
  let before: ExplainState = service.getState();
  const next = (): string | undefined => {
    const said = announcement(before, service.getState());
    before = service.getState();
    return said;
  };
  await service.explain();
  expect(next()).toBe(
    'Explanation ready. Found by this classifier: yes. Score 0.800, above the threshold 0.400. ' +
      'Coloured: where the opposite image (x_a) differs.',
  );
  expect(next()).toBeUndefined();
  // A panel that has just come, as with a model that is warm: the result was there before it.
  expect(announcement(undefined, service.getState())).toMatch(/^Explanation ready\. Found/);
  service.toggleOutput();
  expect(next()).toBe('AI output hidden');
  service.toggleOutput();
  expect(next()).toBe('AI output shown');
  service.setCounterfactual('similar');
  expect(next()).toMatch(/similar image \(x_s\) is shown/);
  service.setCounterfactual('off');
  expect(next()).toBeUndefined();
  // What blinks twice in three seconds would be said all the time.
  service.setBlinking(true);
  expect(next()).toBeUndefined();
  service.setBlinking(false);
  service.clear();
  expect(next()).toBe(''); // it must not stand for the next film
  expect(announcement(undefined, service.getState())).toBeUndefined();
});
