import { expect, test, vi } from 'vitest';
import { createExtension, type ExplainModel } from '../../src/extension';

interface Registered {
  preRegistration(host: { configuration?: unknown; appConfig?: Record<string, unknown> }): void;
  getPanelModule(): { component: () => ExplainModel }[];
}

function backendAfter(configuration: unknown, appConfig: Record<string, unknown>): string {
  const extension = createExtension({
    panelLabel: () => '',
    buttonLabel: () => '',
    buttonTooltip: () => '',
    studyPanelLabel: () => '',
    studyPanel: () => undefined,
    panelSections: [],
    panel: model => model,
    button: () => undefined,
  }) as unknown as Registered;
  extension.preRegistration({ configuration, appConfig });
  return extension.getPanelModule()[0].component().service.getState().settings.backend;
}

test('app-config’s `explain` goes over what the wrapper module passes', () => {
  expect(backendAfter({ baseUrl: '/x/' }, {})).toBe('auto');
  expect(backendAfter({ baseUrl: '/x/', backend: 'cpu' }, {})).toBe('cpu');
  expect(backendAfter({ baseUrl: '/x/', backend: 'cpu' }, { explain: { backend: 'wasm' } })).toBe('wasm');
  expect(backendAfter(undefined, { explain: { backend: 'wasm' } })).toBe('wasm');
});

test('a setting that is none at all is left out', () => {
  expect(backendAfter(undefined, { explain: 7 })).toBe('auto');
  expect(backendAfter(undefined, { explain: null })).toBe('auto');
});

test('the viewer’s address goes over both, where it names a backend', () => {
  const at = (search: string): string => {
    vi.stubGlobal('location', { href: `http://viewer/${search}`, search });
    try {
      return backendAfter({ baseUrl: '/x/', backend: 'cpu' }, { explain: { backend: 'wasm' } });
    } finally {
      vi.unstubAllGlobals();
    }
  };
  expect(at('?StudyInstanceUIDs=1.2&backend=webgpu')).toBe('webgpu');
  expect(at('?backend=auto')).toBe('auto');
  expect(at('?backend=fast')).toBe('wasm');
  expect(at('')).toBe('wasm');
});
