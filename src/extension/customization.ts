import { colourMapIds, type ChosenColours } from '../models/colour-map';

/**
 * What a site can set by OHIF's customization service (docs/viewer.md): `explain.keys`, `explain.colours`, `explain.defaults` and
 * `explain.hiddenSections`.
 */

/** Keys of the extension, one letter or digit each. */
export interface Keys {
  /** Hides or shows every AI output. */
  toggleOutput: string;
  /** While held: the opposite image in the film's place; with Shift the similar one. */
  showGenerated: string;
}

/** What is set once, when a mode is entered. */
export interface Look {
  keys: Keys;
  /** Red, green, blue, 0 to 255, of every film; absent: by what was found (`maskColourOf`). */
  maskColour?: readonly [number, number, number];
  /** Sections of the panel that are left out. */
  hiddenSections: readonly string[];
}

/** Settings of the panel as it opens first. */
export interface Defaults {
  percentile: number;
  opacity: number;
  showMask: boolean;
  showHeatMap: boolean;
  showSpread: boolean;
  augment: boolean;
  augmentCount: number;
  /** Of every film; where the site sets none, by what was found. */
  colours: ChosenColours;
}

export const defaultLook: Look = {
  keys: { toggleOutput: 'g', showGenerated: 'x' },
  hiddenSections: [],
};

/** As OHIF registers them, so that a site can change one field of each by `$merge`. */
export const customizationDefaults: Readonly<Record<string, unknown>> = {
  'explain.keys': defaultLook.keys,
  'explain.colours': {},
  'explain.defaults': {},
  'explain.hiddenSections': defaultLook.hiddenSections,
};

/**
 * Reads what the site set. A value of another kind than documented is left out and told, rather than breaking the viewer.
 *
 * @param get the customization service's `getCustomization`
 * @param sections ids of the panel's sections
 * @param tell told of each value that was left out
 */
export function readCustomization(
  get: (id: string) => unknown,
  sections: readonly string[],
  tell: (message: string) => void,
): { look: Look; defaults: Partial<Defaults> } {
  const wrong = (id: string, allowed: string): undefined =>
    void tell(`ohif-extension-explain: the customization ${id} is left out; it must be ${allowed}.`);
  const keys = fieldsOf(get('explain.keys'));
  const colours = fieldsOf(get('explain.colours'));
  const given = fieldsOf(get('explain.defaults'));

  const key = (name: keyof Keys): string => {
    const value = keys[name];
    if (value === undefined) return defaultLook.keys[name];
    if (typeof value === 'string' && /^[\p{L}\p{N}]$/u.test(value)) return value.toLowerCase();
    return wrong(`explain.keys.${name}`, 'one letter or digit') ?? defaultLook.keys[name];
  };
  let chosen: Keys = { toggleOutput: key('toggleOutput'), showGenerated: key('showGenerated') };
  if (chosen.toggleOutput === chosen.showGenerated)
    chosen = wrong('explain.keys', 'two different keys') ?? defaultLook.keys;

  const { map, mask } = colours;
  if (map !== undefined && !isColourMap(map))
    wrong('explain.colours.map', `one of ${colourMapIds.join(', ')}`);
  if (mask !== undefined && !isColour(mask))
    wrong('explain.colours.mask', 'red, green and blue from 0 to 255');

  const defaults: Record<string, unknown> = isColourMap(map) ? { colours: map } : {};
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds[name as keyof typeof kinds] as string | undefined;
    if (kind === undefined) wrong(`explain.defaults.${name}`, `one of ${Object.keys(kinds).join(', ')}`);
    else if (typeof value === kind && !Number.isNaN(value)) defaults[name] = value;
    else wrong(`explain.defaults.${name}`, `a ${kind}`);
  }

  const hidden = get('explain.hiddenSections') ?? [];
  const isKnown = (id: unknown): id is string => sections.includes(id as string) && id !== 'run';
  const hiddenSections = Array.isArray(hidden) ? hidden.filter(isKnown) : [];
  if (!Array.isArray(hidden) || hiddenSections.length < hidden.length)
    wrong('explain.hiddenSections', `a list of ${sections.filter(isKnown).join(', ')}`);

  const look = { keys: chosen, hiddenSections, ...(isColour(mask) && { maskColour: mask }) };
  return { look, defaults: defaults as Partial<Defaults> };
}

const kinds = {
  percentile: 'number',
  opacity: 'number',
  showMask: 'boolean',
  showHeatMap: 'boolean',
  showSpread: 'boolean',
  augment: 'boolean',
  augmentCount: 'number',
} as const;

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isColourMap(value: unknown): value is ChosenColours {
  return colourMapIds.includes(value as ChosenColours);
}

function isColour(value: unknown): value is [number, number, number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every(part => Number.isInteger(part) && part >= 0 && part <= 255)
  );
}
