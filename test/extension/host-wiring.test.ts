import { beforeEach, expect, test, vi } from 'vitest';
import { readConfiguration } from '../../src/extension/configuration';
import { encodeNpy } from '../../src/extension/exchange/export-files';
import { buttonId, panelId } from '../../src/extension/id';
import { Injection, type InjectionHost } from '../../src/extension/host/injection';
import { keyAction } from '../../src/extension/host/keys';
import type { ToolbarButton } from '../../src/extension/host/ohif-types';

/** The event part of OHIF's services, as in its PubSubService. */
class FakePubSub {
  EVENTS: Record<string, string> = {};
  readonly listeners = new Set<() => void>();
  subscribe(_event: string, callback: () => void): { unsubscribe(): void } {
    this.listeners.add(callback);
    return { unsubscribe: () => this.listeners.delete(callback) };
  }
  broadcast(): void {
    [...this.listeners].forEach(listener => listener());
  }
}

/** Panels on both sides, as OHIF's service keeps them. */
class FakeSides extends FakePubSub {
  override EVENTS = { PANELS_CHANGED: 'panels' };
  sides: Record<string, { id: string }[]> = {};
  getPanels = (side: string): { id: string }[] => [...(this.sides[side] ?? [])];
  addPanel = (side: string, id: string): void => {
    (this.sides[side] ??= []).push({ id });
    this.broadcast();
  };
  setPanels = (panels: Record<string, string[]>): void => {
    this.sides = {};
    this.broadcast();
    for (const [side, ids] of Object.entries(panels)) for (const id of ids) this.addPanel(side, id);
  };
}

/** Panel service that behaves like OHIF 3.13's: adding doubles unless the caller checks. */
class FakePanels extends FakePubSub {
  override EVENTS = { PANELS_CHANGED: 'panels' };
  right: { id: string }[] = [];
  getPanels = (): { id: string }[] => [...this.right];
  addPanel = (_side: string, id: string): void => {
    this.right.push({ id });
    this.broadcast();
  };
  activatePanel = vi.fn();
}

class FakeToolbar extends FakePubSub {
  override EVENTS = { TOOL_BAR_MODIFIED: 'toolbar' };
  state: { buttons: Record<string, ToolbarButton>; buttonSections: Record<string, string[]> } = {
    buttons: {},
    buttonSections: {},
  };
  register = (buttons: ToolbarButton[]): void => {
    buttons.forEach(button => (this.state.buttons[button.id] ??= button));
    this.broadcast();
  };
  updateSection = (section: string, ids: string[]): void => {
    (this.state.buttonSections[section] ??= []).push(...ids);
    this.broadcast();
  };
  getButton = (id: string): ToolbarButton | undefined => this.state.buttons[id];
}

let panels: FakePanels;
let toolbar: FakeToolbar;
let injection: Injection;

beforeEach(() => {
  panels = new FakePanels();
  toolbar = new FakeToolbar();
  injection = new Injection(
    { panelService: panels, toolbarService: toolbar } as unknown as InjectionHost,
    'Explain',
    '',
  );
});

const settle = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

/** What a mode does after our onModeEnter. */
async function enterMode(withToolbar = true): Promise<void> {
  toolbar.state = { buttons: {}, buttonSections: {} };
  panels.right = [];
  injection.start();
  panels.addPanel('right', 'stock');
  if (withToolbar) toolbar.updateSection('primary', ['Zoom']);
  await settle();
}

test('button and panel come after the mode has set its own, once', async () => {
  await enterMode();
  toolbar.broadcast();
  panels.broadcast();
  await settle();
  expect(panels.right.map(panel => panel.id)).toEqual(['stock', panelId]);
  expect(toolbar.state.buttonSections.primary).toEqual(['Zoom', buttonId]);
  expect(toolbar.state.buttons[buttonId].props.label).toBe('Explain');
});

test('leaving unsubscribes; coming back adds once again', async () => {
  await enterMode();
  injection.stop();
  expect(panels.listeners.size + toolbar.listeners.size).toBe(0);
  await enterMode();
  expect(panels.right.filter(panel => panel.id === panelId)).toHaveLength(1);
  expect(toolbar.state.buttonSections.primary.filter(id => id === buttonId)).toHaveLength(1);
});

test('a mode without a main toolbar gets the panel alone', async () => {
  await enterMode(false);
  expect(panels.right.map(panel => panel.id)).toContain(panelId);
  expect(toolbar.state.buttonSections.primary).toBeUndefined();
});

test('a host that throws is reported, not passed on', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  panels.addPanel = () => {
    throw new Error('host');
  };
  injection.start();
  panels.broadcast();
  await settle();
  expect(log).toHaveBeenCalledOnce();
  log.mockRestore();
});

const key = (
  value: string,
  target: unknown = { tagName: 'BODY' },
  more = {},
): Parameters<typeof keyAction>[0] =>
  ({ key: value, ctrlKey: false, metaKey: false, altKey: false, target, ...more }) as never;

test('keys act, except while typing or in shortcuts', () => {
  expect(keyAction(key('g'))).toBe('toggleOutput');
  expect(keyAction(key('X'))).toBe('showGenerated');
  expect(keyAction(key('q'))).toBeUndefined();
  expect(keyAction(key('g', { tagName: 'INPUT', type: 'text' }))).toBeUndefined();
  expect(keyAction(key('g', { tagName: 'TEXTAREA' }))).toBeUndefined();
  expect(keyAction(key('g', { tagName: 'DIV', isContentEditable: true }))).toBeUndefined();
  expect(keyAction(key('x', undefined, { ctrlKey: true }))).toBeUndefined();
  expect(keyAction(key('g', { tagName: 'INPUT', type: 'range' }))).toBe('toggleOutput');
  // Where letters are no text: in a list of choices, and in a field of numbers.
  expect(keyAction(key('g', { tagName: 'SELECT' }))).toBe('toggleOutput');
  expect(keyAction(key('x', { tagName: 'INPUT', type: 'number' }))).toBe('showGenerated');
  expect(keyAction(key('Escape'))).toBe('stop');
});

test('configuration: what is wrong is left out', () => {
  expect(readConfiguration(undefined, 'http://h/extension')).toMatchObject({
    baseUrl: 'http://h/extension/',
    backend: 'auto',
  });
  expect(readConfiguration({ baseUrl: '/e', backend: 'quantum', models: [1] }, 'x')).toEqual({
    baseUrl: '/e/',
    backend: 'auto',
    models: undefined,
    defaultModel: undefined,
  });
});

test('NPY: header and values as numpy writes them', () => {
  const bytes = encodeNpy(Float32Array.of(1, -2), [1, 2]);
  const headerLength = bytes[8] + 256 * bytes[9];
  expect((10 + headerLength) % 64).toBe(0);
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 10 + headerLength));
  expect(header.slice(0, 8)).toBe('\x93NUMPY\x01\x00');
  expect(header).toMatch(/\{'descr': '<f4', 'fortran_order': False, 'shape': \(1, 2\), \} *\n$/);
  // 1 is 00 00 80 3f, -2 is 00 00 00 c0, little-endian
  expect([...bytes.subarray(10 + headerLength)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
});

test('the panel of a study stays alone, whatever the mode adds: others list patients and dates', async () => {
  const sides = new FakeSides();
  const alone = new Injection(
    { panelService: sides, toolbarService: toolbar } as unknown as InjectionHost,
    'Explain',
    'tooltip',
    { panelId: 'study', button: false, alone: true },
  );
  alone.start();
  sides.setPanels({ left: ['thumbnails'], right: ['measurements', 'segmentation'] });
  await Promise.resolve();
  expect([sides.getPanels('left'), sides.getPanels('right')]).toEqual([[], [{ id: 'study' }]]);
  sides.addPanel('left', 'priors');
  await Promise.resolve();
  expect([sides.getPanels('left'), sides.getPanels('right')]).toEqual([[], [{ id: 'study' }]]);
  alone.stop();
});
