import { expect, test } from 'vitest';
import { customizationDefaults, defaultLook, readCustomization } from '../../src/extension/customization';
import { maskColourOf } from '../../src/extension/draw/mask-colour';
import { keyAction } from '../../src/extension/host/keys';
import { ExplainService } from '../../src/extension/store/explain-service';
import { decideBy } from '../../src/models/decision';
import { FakeEngine } from './fakes';

const sections = ['run', 'score', 'compute'];

function read(given: Record<string, unknown>): ReturnType<typeof readCustomization> & { told: string[] } {
  const told: string[] = [];
  const all = { ...customizationDefaults, ...given };
  return {
    ...readCustomization(
      id => all[id],
      sections,
      message => told.push(message),
    ),
    told,
  };
}

test('without a choice of the site everything is as documented, and nothing is told', () => {
  expect(read({})).toEqual({ look: defaultLook, defaults: {}, told: [] });
  expect(
    readCustomization(
      () => undefined,
      sections,
      () => expect.unreachable(),
    ),
  ).toEqual({
    look: defaultLook,
    defaults: {},
  });
});

test('a mask is cool where nothing was found, unless the site chose its colour', () => {
  const [found, not] = [decideBy(0.9, 0.5), decideBy(0.1, 0.5)];
  expect(maskColourOf(defaultLook, found)).toEqual([255, 60, 0]);
  expect(maskColourOf(defaultLook, not)).toEqual([0, 140, 255]);
  const { look } = read({ 'explain.colours': { mask: [9, 8, 7] } });
  for (const decision of [found, not]) expect(maskColourOf(look, decision)).toEqual([9, 8, 7]);
});

test('keys, colours, defaults and sections are taken', () => {
  const { look, defaults, told } = read({
    'explain.keys': { toggleOutput: 'J', showGenerated: 'k' },
    'explain.colours': { map: 'cividis', mask: [0, 120, 255] },
    'explain.defaults': { percentile: 95, showMask: false },
    'explain.hiddenSections': ['compute'],
  });
  expect(told).toEqual([]);
  expect(look).toEqual({
    keys: { toggleOutput: 'j', showGenerated: 'k' },
    maskColour: [0, 120, 255],
    hiddenSections: ['compute'],
  });
  expect(defaults).toEqual({ colours: 'cividis', percentile: 95, showMask: false });
});

test.each([
  ['explain.keys', { toggleOutput: 'Escape' }, 'one letter or digit'],
  ['explain.keys', { toggleOutput: 'x' }, 'two different keys'],
  ['explain.colours', { map: 'jet' }, 'one of inferno, viridis, cividis'],
  ['explain.colours', { map: 'azure' }, 'one of inferno, viridis, cividis'],
  ['explain.colours', { mask: [0, 0, 300] }, 'from 0 to 255'],
  ['explain.defaults', { percentile: '90' }, 'a number'],
  ['explain.defaults', { blinking: true }, 'one of percentile'],
  ['explain.hiddenSections', ['run'], 'a list of score, compute'],
  ['explain.hiddenSections', 'compute', 'a list of'],
])('%s of %j is left out and told', (id, value, reason) => {
  const { look, defaults, told } = read({ [id]: value });
  expect(told).toEqual([expect.stringContaining(reason)]);
  expect(look).toEqual(defaultLook);
  expect(defaults.percentile).toBeUndefined();
});

test('the chosen keys act, and those that they replace no longer do', () => {
  const { look } = read({ 'explain.keys': { toggleOutput: 'j', showGenerated: 'k' } });
  const press = (key: string) =>
    keyAction({ key, ctrlKey: false, metaKey: false, altKey: false, target: null }, look.keys);
  expect([press('j'), press('K'), press('g'), press('x'), press('Escape')]).toEqual([
    'toggleOutput',
    'showGenerated',
    undefined,
    undefined,
    'stop',
  ]);
});

test('defaults are the site’s when the viewer opens, and the user’s from then on; numbers keep to their ranges', () => {
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => new FakeEngine(),
  });
  const choice = { look: defaultLook, defaults: { percentile: 500, showMask: false } };
  service.customise(choice);
  expect(service.getState().settings).toMatchObject({ percentile: 99.5, showMask: false });
  service.setSettings({ showMask: true });
  service.customise(choice);
  expect(service.getState().settings.showMask).toBe(true);
});
