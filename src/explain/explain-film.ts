import * as tf from '@tensorflow/tfjs';
import { answeringCard } from './answer';
import {
  checkApplicability,
  labelRefusal,
  refusalOfUnknownKind,
  type ImageAttributes,
} from '../models/applicability';
import {
  modelIdentity,
  type ExplanationFigures,
  type ExplanationSettings,
  type ModelIdentity,
} from '../models/explanation';
import type { InputGeometry } from '../models/input-geometry';
import { stabilityOf, type Stability } from '../models/stability';
import { prepareImage, type ModalityImage, type PreparedImage } from '../models/preparation';
import { cautionsOf } from './cautions';
import { disagreementOf } from './disagreement';
import {
  withFilm,
  type ExplainedInput,
  type FilmSession,
  type FilmSettings,
  type KnownAnswer,
} from './film-session';
import { colourTop } from './mask';
import { methodById } from './methods';
import type { ExplainContext } from './types';
import { usedGenerator } from './used-generator';

/** A film with what its header says of it. */
export interface Film {
  image: ModalityImage;
  attributes: ImageAttributes;
}

/**
 * One film explained: all that the panel shows, the result file says, DICOM objects hold and an evaluation records is taken
 * from here.
 */
export interface ExplainedFilm extends ExplanationFigures, Pick<ExplainedInput, 'outlier'> {
  model: ModelIdentity;
  settings: ExplanationSettings;
  /** Of the film itself. */
  film: Pick<ModalityImage, 'rows' | 'columns' | 'photometric'>;
  /** Of `mapSize`, ≥ 0, 0 outside the film's valid area. */
  map: Float32Array;
  /** Value of `map` that has the top colour; 0 where it marks nothing, and nothing is coloured (`colourTop`). */
  top: number;
  /** Of `map`, `signed`, `spread`, `similar` and `adversarial`. */
  mapSize: { rows: number; columns: number };
  /** What `map` is the magnitude of, with its direction (Explanation.signed). */
  signed?: Float32Array;
  /** Of an averaged map: its standard deviation over the transforms, of `mapSize` and in the map's unit. */
  spread?: Float32Array;
  /** Of an averaged map: how far it would come out again with other transforms. */
  stability?: Stability;
  /** x_s and x_a, in [0, 1]. */
  similar?: Float32Array;
  adversarial?: Float32Array;
  /** How the map lies over the film. */
  geometry: InputGeometry;
  /** The networks' input with its valid area: what brings the map and the generated images back onto the film. */
  prepared: PreparedImage;
  /** Why to trust it less, in sentences for its reader: by the header first, then by pixels and features. */
  cautions: string[];
  /** Those of them that pixels and features say: nothing of the header is in them. */
  pixelCautions: string[];
  /** The model's limits of use. */
  notice: string;
  /** The paper of the method. */
  citation: string;
  /** Version of TensorFlow.js that computed it. */
  tfjs: string;
  seconds: ExplainedInput['seconds'] & { preparation: number };
}

/**
 * An explanation as it is shown and recorded: one that was made here, or what an archive kept of one, whose map is of the film's
 * own size.
 */
export type RecordedFilm = Omit<
  ExplainedFilm,
  'prepared' | 'pixelCautions' | 'seconds' | 'citation' | 'tfjs'
> & {
  seconds: Partial<ExplainedFilm['seconds']>;
} & Partial<Pick<ExplainedFilm, 'citation' | 'tfjs'>>;

/** A map that is made already while the rest of its explanation is not. */
export type EarlyMap = Pick<ExplainedFilm, 'map' | 'signed' | 'top' | 'mapSize' | 'geometry' | 'decision'>;

/** What was done with a film before it was settled which of the labels is explained: it is not done again. */
export interface KnownFilm {
  prepared: PreparedImage;
  /** Of the preparation. */
  seconds: number;
  answer: KnownAnswer;
}

/** The model is not made for this film. */
export class NotApplicableError extends Error {
  override name = 'NotApplicableError';
  readonly code = 'not-applicable';
  constructor(readonly refusals: readonly string[]) {
    super(refusals.join(' '));
  }
}

/** The model is not made for this film, as its pixels show: what is said holds nothing that only its header tells. */
export class UnknownKindError extends NotApplicableError {
  override name = 'UnknownKindError';
}

/**
 * Explains one film on the current backend: the one way from a film to a result, for viewer, command and archive.
 *
 * @param onMap told the map before the scores of x_s and x_a are known
 * @param known the same film as this model has prepared and classified it
 * @throws NotApplicableError when the model is not made for the film
 * @throws PreparationError when the film shows nothing that could be explained
 * @throws MethodUnavailableError when the model lacks what the method needs
 * @throws RangeError for an unknown method
 * @throws NotFiniteError when logit, score, map, x_s or x_a holds a value that is not finite
 */
export async function explainFilm(
  { image, attributes }: Film,
  model: ExplainContext,
  settings: FilmSettings,
  onMap?: (early: EarlyMap) => void,
  known?: KnownFilm,
): Promise<ExplainedFilm> {
  const { card } = model;
  const { whole } = model;
  const { refusals, warnings } = checkApplicability(answeringCard(model), attributes);
  const ofLabel = whole && labelRefusal(whole.card.classes[whole.label], attributes);
  if (ofLabel !== undefined) refusals.push(ofLabel);
  if (refusals.length > 0) throw new NotApplicableError(refusals);
  const { prepared, seconds: preparation } = known ?? preparedFilm(image, card);
  const { geometry } = prepared;
  const { size } = card.input;
  const topOf = (map: Float32Array): number => colourTop(map, settings.methodId, prepared.valid);
  const mapSize = { rows: size, columns: size };
  const explain = async (session: FilmSession): Promise<ExplainedInput> => {
    const { outlier, decision } = await session.decide();
    const refusal = refusalOfUnknownKind(card, attributes, outlier);
    if (refusal !== undefined) throw new UnknownKindError([refusal]);
    return session.explain({
      ...settings,
      onMap: onMap && (made => onMap({ ...made, top: topOf(made.map), mapSize, geometry, decision })),
    });
  };
  const { seconds, halfCorrelation, ...explained } = await withFilm(model, prepared, explain, {
    answer: known?.answer,
  });
  const { rows, columns, photometric } = image;
  const top = topOf(explained.map);
  const stability =
    halfCorrelation === undefined
      ? undefined
      : stabilityOf(card, settings.methodId, {
          correlation: halfCorrelation,
          differing: disagreementOf({ ...explained, top })?.share,
        });
  const judged = { ...explained, stability };
  const pixelCautions = cautionsOf(card, image, prepared, judged, settings.methodId);
  return {
    model: modelIdentity(answeringCard(model)),
    settings: settledSettings(card, settings),
    film: { rows, columns, photometric },
    ...explained,
    top,
    ...(stability && { stability }),
    mapSize,
    geometry,
    prepared,
    cautions: [...warnings, ...pixelCautions],
    pixelCautions,
    notice: card.researchUseNotice,
    citation: methodById(settings.methodId).citation,
    tfjs: tf.version_core,
    seconds: { preparation, ...seconds },
  };
}

/** A film prepared for a model, with the seconds that it took. @throws PreparationError when it shows nothing */
export function preparedFilm(
  image: ModalityImage,
  { input }: Pick<ExplainContext['card'], 'input'>,
): Omit<KnownFilm, 'answer'> {
  const begin = performance.now();
  const prepared = prepareImage(image, input);
  return { prepared, seconds: (performance.now() - begin) / 1000 };
}

/** Settings as they are stated in results, with what was left to the model and the backend in use. */
export function settledSettings(
  card: ExplainContext['card'],
  { methodId, generator, augment = 0, seed = 0 }: FilmSettings,
): ExplanationSettings {
  return {
    methodId,
    methodTitle: methodById(methodId).title,
    ...(card.label !== undefined && { label: card.label }),
    generator: usedGenerator(card, methodId, generator),
    augment,
    seed,
    backend: tf.getBackend(),
  };
}
