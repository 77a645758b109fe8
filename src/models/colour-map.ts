import { isNegative, type Decision } from './decision';

type Anchor = readonly [red: number, green: number, blue: number];

/**
 * Colour maps at nine equal steps from 0 to 1, 8-bit sRGB. Each grows brighter throughout, to eyes without one kind of cones too,
 * so that more is never taken for less. `inferno` and `viridis` as published with matplotlib (Smith and van der Walt, CC0),
 * `cividis` after Nuñez, Anderton and Renslow, PLoS ONE 13(7), 2018 (CC BY), made to look the same to colour-blind readers. `azure` is
 * made for this project: CIE L* in equal steps from 20 to 88, from blue to cyan, as vivid as sRGB allows; it ends before white,
 * which on a film would pass for an opacity, and begins above black, where inferno would look the same.
 */
const colourMaps = {
  inferno: [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
  ],
  viridis: [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
  ],
  cividis: [
    [0, 32, 81],
    [17, 54, 108],
    [60, 77, 110],
    [98, 100, 111],
    [127, 124, 117],
    [154, 148, 120],
    [187, 175, 113],
    [226, 203, 92],
    [253, 234, 69],
  ],
  azure: [
    [7, 40, 122],
    [11, 63, 146],
    [15, 87, 164],
    [20, 111, 181],
    [23, 136, 199],
    [28, 162, 216],
    [31, 188, 233],
    [39, 215, 248],
    [98, 240, 254],
  ],
} as const satisfies Record<string, readonly Anchor[]>;

export type ColourMapId = keyof typeof colourMaps;

/** Those that can be chosen; `azure` is left to films on which nothing was found, so that it never stands for anything else. */
export const colourMapIds = ['inferno', 'viridis', 'cividis'] as const satisfies readonly ColourMapId[];
export type ChosenColours = (typeof colourMapIds)[number];

/** Colours of a map where none were chosen: those of a finding, or, where the classifier found none, cool ones that no finding has. */
export function usualColours(decision: Decision): ColourMapId {
  return isNegative(decision) ? 'azure' : 'inferno';
}

/** Names the colours of a picture, and of those of no finding what they are for. */
export function colourMapText(id: ColourMapId): string {
  return `Colour map ${id}${id === 'azure' ? ' (cool: none found by this AI)' : ''}`;
}

/** Colour of a value in [0, 1]. */
export function heatColour(value: number, id: ColourMapId): [number, number, number] {
  const anchors: readonly Anchor[] = colourMaps[id];
  const position = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const index = Math.min(anchors.length - 2, Math.floor(position));
  const t = position - index;
  const mix = (channel: number): number =>
    Math.round(anchors[index][channel] + t * (anchors[index + 1][channel] - anchors[index][channel]));
  return [mix(0), mix(1), mix(2)];
}

/** Share of the largest value below which a pixel is hardly to be seen in the colours ({@link heatAlpha}: a fifth of full). */
export const hardlySeen = 0.1;

/** Opacity of a value in [0, 1]: nothing where the map says nothing, full from a third of the maximum on. */
export function heatAlpha(value: number): number {
  const t = Math.min(1, Math.max(0, value * 3));
  return t * t * (3 - 2 * t);
}

/**
 * Paints a map as RGBA.
 *
 * @param map ≥ 0, any length
 * @param maximum value of the top colour
 */
export function paintHeatMap(
  map: Float32Array,
  maximum: number,
  id: ColourMapId,
): Uint8ClampedArray<ArrayBuffer> {
  const levels = 256;
  const table = new Uint8ClampedArray(levels * 4);
  for (let i = 0; i < levels; i++) {
    const value = i / (levels - 1);
    table.set([...heatColour(value, id), 255 * heatAlpha(value)], i * 4);
  }
  const pixels = new Uint8ClampedArray(map.length * 4);
  const scale = maximum > 0 ? (levels - 1) / maximum : 0;
  for (let i = 0; i < map.length; i++) {
    const level = Math.min(levels - 1, Math.max(0, Math.round(map[i] * scale)));
    pixels.set(table.subarray(level * 4, level * 4 + 4), i * 4);
  }
  return pixels;
}

/** CSS gradient of the colour bar, from 0 to the maximum, at the opacity that the heat map has. */
export function colourBarGradient(id: ColourMapId, steps = 12): string {
  const stops = Array.from({ length: steps + 1 }, (_, i) => {
    const value = i / steps;
    return `rgba(${heatColour(value, id).join(', ')}, ${heatAlpha(value).toFixed(3)}) ${((100 * i) / steps).toFixed(1)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Colour and opacity of a value in [0, 1]: red, green, blue and alpha, 0 to 255. */
export function heatPalette(value: number, id: ColourMapId): [number, number, number, number] {
  return [...heatColour(value, id), Math.round(255 * heatAlpha(value))];
}
