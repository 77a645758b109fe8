import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { appConfig } from '../../src/viewer/app-config';

/** What a page's `window.config` is after the script has run. */
function configOf(script: string): { customizationService?: unknown } {
  const window: { config?: object } = {};
  runInNewContext(script, { window, localStorage: { setItem: () => undefined } });
  return window.config ?? {};
}

it.each([
  ['of the viewer’s own server', appConfig()],
  ['of the deployment guide', readFileSync('docs/deployment/app-config.js', 'utf8')],
])('the app-config %s customizes OHIF by a list, which OHIF 3.11 to 3.14 read', (_, script) => {
  // OHIF 3.11 and 3.12 take each key of an object for the id of a customization, and show nothing at all with one named "global".
  expect(configOf(script).customizationService).toEqual([{ autoCineModalities: { $set: ['US'] } }]);
});
