import {
  generatedToImage,
  imageArea,
  mapToImage,
  type ModalityImage,
  type PreparedImage,
} from '../models/preparation';
import type { ExplanationFigures } from '../models/explanation';
import type { ExplainedFilm } from './explain-film';
import { colourTop, explanationLevels, explanationMask } from './mask';
import { methodById } from './methods';
import type { MapFacts } from './types';
import type { Way } from './way';

/** A map at the resolution of its film, of which masks, pictures and DICOM objects are made. */
export interface FilmMap {
  /** The film, `valid` where it is image: neither padding nor collimation. */
  film: ModalityImage;
  /** rows × columns of the film, ≥ 0; made when first asked for. */
  readonly map: Float32Array;
  /** Value that has the top colour; 0 where the map marks nothing ({@link colourTop}). */
  readonly top: number;
  /** Pixels that the map marks above a percentile ({@link explanationMask}), one byte each. */
  mask(percentile: number): Uint8Array;
  /** Of rising percentiles, above how many each pixel is marked ({@link explanationLevels}), one byte each. */
  levels(percentiles: readonly number[]): Uint8Array<ArrayBuffer>;
}

/** The map of an explanation brought onto its film. */
export function mapOnFilm(
  image: ModalityImage,
  {
    map,
    top,
    geometry,
    prepared,
    settings,
  }: Pick<ExplainedFilm, 'map' | 'top' | 'geometry' | 'prepared' | 'settings'>,
): FilmMap {
  const { methodId } = settings;
  return filmMap(image, prepared.area, methodId, () => mapToImage(map, geometry), top === 0);
}

/** A map that is of its film's own size already: one read from the archive. */
export function storedMapOnFilm(image: ModalityImage, map: Float32Array, methodId: string): FilmMap {
  return filmMap(image, imageArea(image), methodId, () => map);
}

function filmMap(
  image: ModalityImage,
  valid: Uint8Array | undefined,
  methodId: string,
  make: () => Float32Array,
  isEmpty = false,
): FilmMap {
  let made: Float32Array | undefined;
  const map = (): Float32Array => (made ??= make());
  return {
    film: { ...image, valid },
    get map() {
      return map();
    },
    get top() {
      return isEmpty ? 0 : colourTop(map(), methodId, valid);
    },
    mask: percentile => explanationMask(map(), percentile, methodId, valid),
    levels: percentiles => explanationLevels(map(), percentiles, methodId, valid),
  };
}

/** All of an explanation that DICOM objects show, beside what names them. */
export function nativeExplanation(
  onFilm: FilmMap,
  explained: Pick<
    ExplainedFilm,
    'settings' | 'cautions' | 'notice' | 'adversarial' | 'stability' | keyof ExplanationFigures
  >,
  prepared: PreparedImage,
  way?: Way,
): Omit<FilmMap, 'levels'> &
  Pick<ExplainedFilm, 'cautions' | 'notice' | 'stability'> & {
    figures: ExplanationFigures;
    mapKind: MapFacts;
    way?: Way;
    adversarial?: () => Float32Array;
  } {
  const { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip, adversarial } =
    explained;
  const figures = { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip };
  const { film, map, top, mask } = onFilm;
  return {
    film,
    map,
    top,
    mask,
    figures,
    way,
    ...(adversarial && { adversarial: () => generatedToImage(film, prepared, adversarial) }),
    mapKind: methodById(explained.settings.methodId).map,
    notice: explained.notice,
    cautions: explained.cautions,
    stability: explained.stability,
  };
}
