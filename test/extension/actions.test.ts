import { afterEach, expect, test, vi } from 'vitest';
import { createActions, type ActionsHost } from '../../src/extension/exchange/actions';
import { ExplainService } from '../../src/extension/store/explain-service';
import { FakeEngine, FakeHost } from './fakes';

afterEach(() => vi.unstubAllGlobals());

/** A saving that fails once it has begun, as there is no image any more. */
async function failedSave() {
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => new FakeEngine(),
  });
  service.attach(new FakeHost());
  await service.explain();
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  const leave = (): boolean => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  const show = vi.fn();
  let askedWhileSaving: boolean | undefined;
  const rest = vi.fn();
  let restedBefore: boolean | undefined;
  const viewportGridService = {
    getActiveViewportId: () => {
      askedWhileSaving ??= leave();
      restedBefore ??= rest.mock.calls.length > 0;
      return null;
    },
  };
  const host = {
    servicesManager: {
      services: { viewportGridService, displaySetService: {}, uiNotificationService: { show } },
    },
    cornerstone: {},
    masks: { rest },
  } as unknown as ActionsHost;
  expect(leave()).toBe(false);
  await createActions(service, () => host).saveResults();
  return { service, show, leave, askedWhileSaving, restedBefore };
}

test('the browser asks before the page is left while something is saved, and only then', async () => {
  const { service, leave, askedWhileSaving } = await failedSave();
  expect(askedWhileSaving).toBe(true);
  expect(leave()).toBe(false);
  expect(service.getState().saving).toBe(false);
});

test('a failure is said by the host where the eye is, each time, and stays in the panel', async () => {
  const { service, show } = await failedSave();
  const message = 'No viewport is active. Open an image and click on it.';
  expect(show).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ type: 'error', message, allowDuplicates: true }),
  );
  expect(service.getState().notice).toEqual({ kind: 'error', text: message });
});

test('whatever is saved, the labelmap is brought up to the slider first', async () => {
  expect((await failedSave()).restedBefore).toBe(true);
});
