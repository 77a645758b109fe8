import { greyDisplay, type GreyDisplay } from './grey-levels';
import { isScaled } from './host-image';
import type { Cornerstone, CornerstoneViewport, ViewportProperties } from './ohif-types';

/** Display properties of a viewport, whichever of Cornerstone's two viewport generations it is. */
function viewportProperties(viewport: CornerstoneViewport): ViewportProperties | undefined {
  const presented = (): ViewportProperties | undefined =>
    viewport.getDisplaySetPresentation?.(viewport.getSourceDataId?.());
  const legacy = viewport.getProperties?.();
  return legacy?.voiRange ? legacy : { ...legacy, ...withoutUndefined(presented()) };
}

/**
 * Window, polarity and colours of a viewport for values in modality units.
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
  const properties = viewportProperties(viewport);
  const findColormap = (name: string) => cornerstone.utilities.colormap?.getColormap(name);
  const inverted = properties?.invert ?? image?.invert ?? false;
  const range = properties?.voiRange;
  // Cornerstone windows the pixels that it holds; where these are stored values, the window is too.
  const rescaled =
    range && image && !isScaled(image)
      ? { lower: toModality(range.lower, image), upper: toModality(range.upper, image) }
      : range;
  return greyDisplay({ ...properties, invert: inverted, voiRange: rescaled }, fallback, findColormap);
}

function toModality(value: number, image: { slope?: number; intercept?: number }): number {
  return value * (image.slope || 1) + (image.intercept ?? 0);
}

function withoutUndefined(properties: ViewportProperties | undefined): ViewportProperties {
  return Object.fromEntries(Object.entries(properties ?? {}).filter(([, value]) => value !== undefined));
}
