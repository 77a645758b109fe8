import { greyDisplay, type GreyDisplay } from './grey-levels';
import { isScaled } from './host-image';
import type { Cornerstone, CornerstoneImage, CornerstoneViewport, ViewportProperties } from './ohif-types';

/** Display properties of a viewport, whichever of Cornerstone's two viewport generations it is. */
function viewportProperties(viewport: CornerstoneViewport): ViewportProperties | undefined {
  const presented = (): ViewportProperties | undefined =>
    viewport.getDisplaySetPresentation?.(viewport.getSourceDataId?.());
  const legacy = viewport.getProperties?.();
  return legacy?.voiRange ? legacy : { ...legacy, ...withoutUndefined(presented()) };
}

/**
 * Colour points [position, r, g, b, …] by which the film is drawn now. They are asked before the properties, because the two
 * may part: Cornerstone's `resetProperties` puts the colours of a MONOCHROME1 film back as they were before its inversion and
 * goes on stating `invert`.
 *
 * @returns undefined where Cornerstone draws without vtk.js, by the properties themselves
 */
function drawnPoints(viewport: CornerstoneViewport): number[] | undefined {
  const colours = viewport.getDefaultActor?.()?.actor.getProperty?.().getRGBTransferFunction?.(0);
  const count = colours?.getSize() ?? 0;
  if (!colours || count < 2) return undefined;
  return Array.from({ length: count }, (_, i) => {
    const node: number[] = [];
    colours.getNodeValue(i, node);
    return node.slice(0, 4);
  }).flat();
}

/**
 * Window, polarity and colours in which a viewport shows its film now, for values in modality units.
 *
 * @param fallback range for a viewport that states none, modality units
 */
export function modalityDisplay(
  viewport: CornerstoneViewport,
  cornerstone: Cornerstone,
  imageId: string,
  fallback: { lower: number; upper: number },
): GreyDisplay {
  const image = cornerstone.cache.getImage(imageId);
  const points = drawnPoints(viewport);
  if (points) {
    const drawn = { lower: points[0], upper: points[points.length - 4] };
    return { ...inModality(drawn, image), sigmoid: false, invert: false, colourPoints: points };
  }
  const properties = viewportProperties(viewport);
  const findColormap = (name: string) => cornerstone.utilities.colormap?.getColormap(name);
  const invert = properties?.invert ?? image?.invert ?? false;
  const voiRange = properties?.voiRange && inModality(properties.voiRange, image);
  return greyDisplay({ ...properties, invert, voiRange }, fallback, findColormap);
}

/** Cornerstone windows the pixels that it holds; where these are stored values, the window is too. */
function inModality(
  { lower, upper }: { lower: number; upper: number },
  image: CornerstoneImage | undefined,
): { lower: number; upper: number } {
  if (!image || isScaled(image)) return { lower, upper };
  return { lower: toModality(lower, image), upper: toModality(upper, image) };
}

function toModality(value: number, image: { slope?: number; intercept?: number }): number {
  return value * (image.slope || 1) + (image.intercept ?? 0);
}

function withoutUndefined(properties: ViewportProperties | undefined): ViewportProperties {
  return Object.fromEntries(Object.entries(properties ?? {}).filter(([, value]) => value !== undefined));
}

/** Whether a viewport shows its image mirrored: turned over in one direction. In both it is turned round, and left stays left. */
export function isMirrored(viewport: Pick<CornerstoneViewport, 'getCamera'>): boolean {
  const { flipHorizontal = false, flipVertical = false } = viewport.getCamera?.() ?? {};
  return flipHorizontal !== flipVertical;
}
