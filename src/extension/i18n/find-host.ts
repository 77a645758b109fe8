import type { HostI18n } from '.';

/** A node of React's tree, as far as it is looked at. */
interface Fiber {
  return?: Fiber | null;
  memoizedProps?: { i18n?: unknown } | null;
}

/**
 * The viewer's i18next instance, found above a component that the viewer renders: OHIF hands it down by `I18nextProvider` and
 * gives it to extensions in no other way (3.13.2: neither a service nor a global). React keeps a component's place in its tree in
 * `_reactInternals`; where that is not so, nothing is found, and the texts are looked up without the viewer.
 *
 * @param component class component that is mounted
 */
export function findHostI18n(component: object): HostI18n | undefined {
  let fiber = (component as { _reactInternals?: Fiber })._reactInternals;
  while (fiber) {
    const given = fiber.memoizedProps?.i18n;
    if (isI18n(given)) return given;
    fiber = fiber.return ?? undefined;
  }
  return undefined;
}

const methods = ['addResourceBundle', 'hasResourceBundle', 'getResource', 'on', 'off'] as const;

function isI18n(value: unknown): value is HostI18n {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every(name => typeof (value as Record<string, unknown>)[name] === 'function')
  );
}
