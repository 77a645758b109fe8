import { displayLevel, type Voi } from '../dicom';
import { explanationLabel, type LabelledExplanation } from '../drawing/explanation-label';
import { atLeastAsWide, withLabel, type RgbPicture } from '../drawing/label';
import { methodById, type ExplainedFilm, type FilmMap } from '../explain';
import { networkPanels } from '../image/panels';
import { encodePng, greyPicture, overlayMap } from '../image/picture';
import { quantile } from '../metrics';
import { usualColours, type ColourMapId } from '../models/colour-map';
import type { ModalityImage } from '../models/preparation';

/** Narrower films get a wider label, so that a line holds more than a word. */
const leastWidth = 480;

interface PictureOf {
  image: ModalityImage;
  /** Of the header, the first. */
  voi?: Voi;
  explained: ExplainedFilm;
  onFilm: FilmMap;
  created: Date;
  /** Chosen ones; absent: those of the decision. */
  colours?: ColourMapId;
}

/** PNG of the film with the map over it, and below it the label that DICOM pictures have. */
export async function overlayPng({
  image,
  voi,
  explained,
  onFilm,
  created,
  colours,
}: PictureOf): Promise<Uint8Array> {
  const { map, top } = onFilm;
  const heat = { map, top, colours: colours ?? usualColours(explained.decision) };
  const picture = atLeastAsWide(overlayMap(filmPicture(image, voi), heat), leastWidth);
  const label = explanationLabel({ ...explained, created }, labelledOf(explained, top), heat.colours);
  return encodePng(withLabel(picture, label, { bar: top > 0 ? heat : undefined }));
}

/** PNG of x, x_s, x_a and the map at the model's input size, each named. */
export async function panelsPng({
  explained,
  created,
  colours = usualColours(explained.decision),
}: Pick<PictureOf, 'explained' | 'created' | 'colours'>): Promise<Uint8Array> {
  const { mapSize, prepared, top } = explained;
  const images = { ...explained, input: prepared.input, colours };
  return encodePng(
    await networkPanels(images, mapSize.columns, { ...explained, created }, labelledOf(explained, top)),
  );
}

function labelledOf(explained: ExplainedFilm, top: number): LabelledExplanation {
  const { settings, cautions, stability } = explained;
  return { figures: explained, top, mapKind: methodById(settings.methodId).map, stability, cautions };
}

/**
 * The film as a viewer would first show it: by the header's first VOI, else from the 0.5th to the 99.5th percentile;
 * MONOCHROME1 inverted.
 */
function filmPicture({ values, rows, columns, photometric, valid }: ModalityImage, voi?: Voi): RgbPicture {
  const inverted = photometric === 'MONOCHROME1';
  if (voi) {
    const levels = values.map(value => displayLevel(voi, value));
    return inverted ? greyPicture(levels, columns, rows, 1, 0) : greyPicture(levels, columns, rows);
  }
  const step = Math.max(1, Math.floor(values.length / 100_000));
  const sample = [...values.filter((_, i) => i % step === 0 && (!valid || valid[i]))].sort((a, b) => a - b);
  const [low, high] = [quantile(sample, 0.005), quantile(sample, 0.995)];
  return inverted
    ? greyPicture(values, columns, rows, high, low)
    : greyPicture(values, columns, rows, low, high);
}
