import type { ModalityImage } from '../../models/preparation';
import type { ChosenColours } from '../../models/colour-map';
import type { GradedCounterfactual } from '../../models/graded';
import type { Stability } from '../../models/stability';
import type { MapKind } from '../../models/verdict';
import type { ResultKey } from './identifiers';
import type { Attributes, ExplanationFigures, Reference, ResultContext, StoredMap } from './types';

/**
 * One kind of DICOM object that an explanation can be kept as. `objects/` holds a file for each, `objects/index.ts` lists them;
 * commands, viewer, archive client and report take the kinds and all facts from there.
 */
export interface ResultDefinition<Id extends string = string> {
  /** Name in options and file endings, and of the file that declares it. Goes into the UIDs: it never changes. */
  id: Id;
  /** For messages on the object: "DICOM SEG". */
  title: string;
  /** Within a sentence: "segmentation". */
  noun: string;
  /** Where the panel offers it. */
  label: string;
  /** Modality (0008,0060) of its series. */
  modality: string;
  series: {
    /** Of the series of an explanation, which lie side by side in lists: 0 to 99, the last two digits of Series Number. */
    place: number;
    /** What Series Description begins with: what it is. Lists of viewers show some 15 characters. */
    description: string;
    /** Of images made by AI: decided otherwise than the film, so the film's decision is not in the description. */
    generated?: true;
  };
  /** A projection by the General Series module: without a body part it must carry Laterality, if empty (PS3.3 C.7.3.1). */
  needsLaterality: boolean;
  /** Shows the pixels above a percentile: of a map that marks nothing there is no such object. */
  needsMarks: boolean;
  /** Shows them where there are any; may be had of a map that marks nothing. */
  showsMarks?: boolean;
  /** Shows x_a: a method that makes none has no such object, and asking for it is refused. */
  needsAdversarial?: true;
  /** Shows the way to x_a, whose images and scores are computed for it. */
  needsWay?: true;
  /** Shows the film's pixels, as they are or changed, with whatever is burnt into them. */
  showsFilm?: true;
  /** Made for those alone who ask for it by name; absent: made wherever nothing else is asked for. */
  onRequest?: true;
  /** How the report names it: segment by segment, as a picture of the explanation, or not at all. */
  inReport?: 'segments' | 'visual-explanation';
  /** What a viewer learns from the object in a study; absent: it is not read back. */
  readBack?: ReadBack;
  /** SOP class, and what tells objects of this kind of one explanation apart. */
  identify(
    form: ResultForm,
    others: OtherResults,
    key: ResultKey,
  ): { sopClassUid: string; variant: (string | number)[] };
  /**
   * What the object holds beside the modules that all share (`commonAttributes`).
   *
   * @throws ResultError where there is nothing to make it of
   */
  compose(request: ResultRequest): ResultContent;
}

/** An object is read back for one of two things. */
type ReadBack =
  /** It holds the explanation: recognised among other objects by its attributes; its map is read by `readStoredMap`. */
  | { of: 'explanation'; describe: (attributes: Attributes) => StoredMap | undefined }
  /** That it is there tells at which percentile a mask was kept: its identity (`identify`) follows from the percentile. */
  | { of: 'percentile' };

/** What is asked of the objects. */
export interface ResultForm {
  /** Percentiles of the segmentation; several give bands. */
  percentiles: readonly number[];
  encoding?: SegmentationEncoding;
  /** Of the map in pictures; where none are chosen, those of the decision (`usualColours`). */
  colours?: ChosenColours;
}

/** BINARY, one bit a pixel and one frame a segment; or LABELMAP (of 2023), one byte a pixel. */
type SegmentationEncoding = 'binary' | 'labelmap';

/** The objects of the same explanation that come before one in the list. */
export interface OtherResults {
  made: readonly { definition: ResultDefinition; reference: Reference }[];
  /** Asked for, but the map marks nothing that they could show. */
  unmarked: readonly { definition: ResultDefinition; reference: Reference }[];
}

/** All that an object is made of. */
export interface ResultRequest {
  context: ResultContext;
  explanation: NativeExplanation;
  form: ResultForm;
  /** One a percentile; none where no selected object needs or shows them. */
  masks: readonly PercentileMask[];
  others: OtherResults;
}

/** Naturalised data set and, of an image, its pixels. */
export interface ResultContent {
  dataset: Record<string, unknown>;
  pixels?: Uint8Array | Float32Array;
}

/** The pixels above one percentile of the map. */
export interface PercentileMask {
  /** In (0, 100). */
  percentile: number;
  /** rows × columns: 1 in, 0 out. */
  mask: Uint8Array;
}

/** The way from x_s, or the film, to x_a, at the resolution of the film. */
export interface NativeWay {
  curve: GradedCounterfactual;
  /** The image at a fraction of the way in [0, 1]: rows × columns, modality units. */
  image(fraction: number): Float32Array;
}

/** An explanation at the resolution of its image. */
export interface NativeExplanation {
  film: ModalityImage;
  /** rows × columns, ≥ 0. */
  map: Float32Array;
  /** Value that has the top colour; 0 where the map marks nothing, and nothing is coloured. */
  top: number;
  figures: ExplanationFigures;
  /** Mask of one percentile, rows × columns. */
  mask(percentile: number): Uint8Array;
  /** The way to x_a; given where an object is asked for that shows it. */
  way?: NativeWay;
  /** x_a in the film's grey levels, rows × columns; absent where the method makes none. */
  adversarial?: () => Float32Array;
  /** What the map is; absent for a method of another release. */
  mapKind?: MapKind;
  /** Of an averaged map: how far it would come out again with other transforms. */
  stability?: Stability;
  /** The model's limits of use, for the report. */
  notice: string;
  /** Reasons for caution with this image, for every object that a reader sees: what fits the model not, or is not known. */
  cautions: readonly string[];
}
