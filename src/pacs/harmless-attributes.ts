import { codeNames } from '../dicom/coded-terms';
import { checkApplicability, type Applicability, type ImageAttributes } from '../models/applicability';
import type { ModelCard } from '../models/card';
import { said, vouchedFor, type HarmlessText } from '../io/harmless';

type Gate<T> = (value: T) => T | undefined;
type Gates = { readonly [K in keyof ImageAttributes]-?: Gate<NonNullable<ImageAttributes[K]>> };

/** Stands for a value that is on no list: any attribute may have been filled with a name. */
const unlisted = 'a value that this log does not repeat';

/** Modality: defined terms of PS3.3 C.7.3.1.1.1, retired ones included. */
const modalities = words(`
  ANN AR ASMT AU BDUS BI BMD CD CF CFM CP CR CS CT CTPROTOCOL DD DF DG DM DMS DOC DS DX EC ECG EEG EM EMG EOG EPS ES FA
  FID FS FSA GM HC HD IO IOL IVOCT IVUS KER KO LEN LP LS M3D MA MG MR MS NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT
  PA PLAN PR PT PX REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF ST
  STAIN TEXTUREMAP TG US VA VF XA XC XAPROTOCOL`);
/** Body Part Examined: terms of PS3.16 annex L that radiographs have. */
const bodyParts = words(`
  ABDOMEN ABDOMENPELVIS ANKLE ARM BREAST CALCANEUS CERVICALSPINE CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX CSPINE
  CTSPINE ELBOW EXTREMITY FEMUR FINGER FOOT FOREARM HAND HEAD HIP HUMERUS JAW KNEE LEG LSPINE LSSPINE LUMBARSPINE MANDIBLE
  MAXILLA NECK ORBIT PATELLA PELVIS RIB RIBS SCAPULA SELLA SHOULDER SKULL SPINE SSPINE STERNUM THIGH THORAX THORACICSPINE
  THUMB TIBIA TOE TSPINE TLSPINE ULNA WHOLEBODY WRIST ZYGOMA`);
/** View Position: defined terms of PS3.3 C.8.1.1 and C.8.11.5, and what equipment writes in their place. */
const views = words(
  'AP PA LL RL RLD LLD RLO LLO LAT LATERAL LLAT RLAT LPO RPO LAO RAO OBL OBLIQUE AXIAL LORDOTIC SUPINE',
);
const photometric = words(`
  MONOCHROME1 MONOCHROME2 RGB ARGB CMYK HSV PALETTE_COLOR YBR_FULL YBR_FULL_422 YBR_PARTIAL_422 YBR_PARTIAL_420 YBR_ICT
  YBR_RCT XYB`).add('PALETTE COLOR');

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}

function oneOf(...lists: readonly Iterable<string>[]): Gate<string> {
  const all = new Set(lists.flatMap(list => [...list]));
  return value => (all.has(value.trim().toUpperCase()) ? value : unlisted);
}

const standardUid: Gate<string> = value =>
  /^1\.2\.840\.10008(\.\d{1,4}){1,10}$/.test(value) ? value : unlisted;
/** What a code is called by this program's own table. */
const codeName: Gate<string> = value => (codeNames.has(value) ? value : unlisted);

/** What the reader of files finds odd, word for word. */
const oddities = [
  /^\d+ bytes behind the data set belong to no element; they are left out\.$/,
  /^The file states a transfer syntax of (ex|im)plicit VR (little|big) endian, but its data are written in (ex|im)plicit VR (little|big) endian; they are read as they are written\.$/,
  /^Specific Character Set holds no term of DICOM; texts are read as [a-z0-9-]{1,16}\.$/,
  /^Specific Character Set holds no term of DICOM; texts are read as UTF-8 where they can be, else as Latin 1\.$/,
];
const unlistedOddity = 'The file is odd in a way that this log does not repeat; "explain check" says which.';
const listedOddities: Gate<readonly string[]> = cautions =>
  cautions.map(caution => (oddities.some(oddity => oddity.test(caution)) ? caution : unlistedOddity));
/** As much as US (PS3.5 6.2) holds: a size, not an identifier. */
const smallNumber: Gate<number> = value =>
  Number.isInteger(value) && value >= 0 && value <= 0xffff ? value : undefined;
/** No message for a log repeats it, only whether it lies within limits (`tellsAge`). */
const age: Gate<number> = value => value;
const flag: Gate<boolean> = value => value;

/**
 * The attributes with every text that is on no list replaced: what is said of them may stand in a log. Each attribute has
 * its gate; one without cannot be compiled.
 */
export function harmlessAttributes(
  card: Pick<ModelCard, 'applicability'>,
  attributes: ImageAttributes,
): ImageAttributes {
  const made = card.applicability;
  const gates: Gates = {
    modality: oneOf(modalities, made.modalities),
    transferSyntaxUid: standardUid,
    sopClassUid: standardUid,
    bodyPart: oneOf(bodyParts, made.bodyParts),
    viewPosition: oneOf(views, made.views),
    codedRegion: codeName,
    codedView: codeName,
    describedView: value => value,
    isSagittal: flag,
    orientation: value => (/^[RLAPHF]\\[RLAPHF]$/.test(value) ? value : unlisted),
    photometric: oneOf(photometric, made.photometric),
    samplesPerPixel: smallNumber,
    rows: smallNumber,
    columns: smallNumber,
    numberOfFrames: smallNumber,
    patientAgeYears: age,
    ageDoubt: value => value,
    isPhantom: flag,
    isOwnPicture: flag,
    presentationIntent: oneOf(['FOR PRESENTATION', 'FOR PROCESSING']),
    presentationLutShape: oneOf(['IDENTITY', 'INVERSE', 'LIN OD']),
    fileCautions: listedOddities,
  };
  const passed = Object.entries(attributes).map(([name, value]) => [name, passedBy(gates, name, value)]);
  return Object.fromEntries(passed);
}

/** A value's own, or what stands for it; nothing of an attribute that has no gate. */
function passedBy(gates: Gates, name: string, value: unknown): unknown {
  const gate = (gates as Record<string, Gate<unknown>>)[name];
  return value === undefined ? undefined : gate?.(value);
}

/** {@link checkApplicability}, and the same in words that a log may hold. */
export interface LoggedApplicability extends Applicability {
  forLog: { refusals: HarmlessText[]; warnings: HarmlessText[] };
}

/** Judges by the attributes as they are, and says so in words that a log may hold, too. */
export function judgeForLog(card: ModelCard, attributes: ImageAttributes): LoggedApplicability {
  const applicability = checkApplicability(card, attributes);
  const { refusals, warnings } = checkApplicability(card, harmlessAttributes(card, attributes), {
    tellsAge: false,
  });
  return {
    ...applicability,
    forLog: {
      refusals: applicability.refusals.length > 0 ? orMore(refusals.map(vouchedFor)) : [],
      warnings: warnings.map(vouchedFor),
    },
  };
}

/** A refusal is never without a word, also where it hangs on what the log does not repeat. */
function orMore(refusals: HarmlessText[]): HarmlessText[] {
  return refusals.length > 0
    ? refusals
    : [said`The model is not made for this image. "explain check" says why.`];
}
