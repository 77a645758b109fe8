/**
 * Settings as lines to read, one a setting: what is nested stands in brackets behind its name.
 *
 * @param settings as card and checkpoint record them; what is undefined is left out
 */
export function settingsText(settings: object): string[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [`${words(name)}: ${valueText(value, false)}`],
  );
}

function valueText(value: unknown, inside: boolean): string {
  if (Array.isArray(value)) return value.map(each => valueText(each, true)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).flatMap(([name, part]) =>
    part === undefined ? [] : [`${words(name)} ${valueText(part, true)}`],
  );
  return inside ? `(${parts.join(', ')})` : parts.join(', ');
}

/** `someL2` as `some L2`. */
function words(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])(?=[a-z]|$)/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2');
}
