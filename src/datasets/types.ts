import type { InputGeometry } from '../models/input-geometry';

/** A box of an opacity: fractions of the image's width and height unless said otherwise. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  /** What it is a box of, where the table says so. */
  finding?: string;
}

export type Split = 'train' | 'val' | 'test';

/** One image with what is known of it. */
export interface Exam {
  /** Its name, unique in the data set. */
  image: string;
  /** Keeps images of one patient in one split; never shown or logged. */
  patient: string;
  split: Split;
  /** Index of its class: of the binary task 1 opacity, 0 healthy; absent: none of them. */
  label?: number;
  /** Names of its findings, where the table names them; none: it has none of those that the table is of. */
  findings?: readonly string[];
  /** Who says so: a radiologist, report text alone, doubtful (both disagree), other (no binary label), or nobody knows. */
  quality: 'radiologist' | 'text' | 'doubtful' | 'other' | 'unknown';
  view: 'AP' | 'PA' | '';
  sex: string;
  ageYears?: number;
  collection: string;
  /** Drawing is balanced over label, view and this group; `weight`: how often in proportion to others of its group. */
  sampling: { group: string; weight: number };
  /** Boxes of opacities, the truth of the binary task. */
  boxes: Box[];
}

/** An exam as a format lists it, before its file is opened. */
export interface ListedExam extends Omit<Exam, 'split'> {
  /** Absent where the format says nothing of it: then by `--splits`, or drawn by patient. */
  split?: Split;
  /** Below the data folder. */
  file: string;
  /** Line in the format's main table. */
  line: number;
  /** That table, where the exams of a listing come from several. */
  table?: string;
  /** Pixel boxes count in pixels of the file. */
  boxUnit: 'fraction' | 'pixel';
}

/** A listed exam whose split is settled. */
export type SplitExam = ListedExam & Pick<Exam, 'split'>;

/** What a format found in its tables. */
export interface Listing<E extends ListedExam = ListedExam> {
  exams: E[];
  /** The table whose lines the exams name, and its column of the class: for messages. */
  table: string;
  labelColumn: string;
  /** Its column of the split, where splits come from there and would be drawn by patient without it. */
  splitColumn?: string;
  /** Images of the tables that are no exams, counted by reason. */
  leftOut: Record<string, number>;
  /** What the user should know. */
  notices: string[];
  /** Of more than two classes that exclude each other, their names: `label` is an index among them. Absent: of two. */
  classes?: readonly string[];
  /** Neither format nor `--splits` says which image lies in which split: they were drawn by patient. */
  drawn?: boolean;
}

/** What the user chose beyond the folder. */
export interface FormatOptions {
  /** Findings that count as positive where the tables tell findings apart (NIH). */
  findings: readonly string[];
  /** A table of splits that goes before the format's own. */
  splits?: string;
  /** Of the drawing of patients into splits. */
  splitSeed: number;
}

/** One layout of a data folder: a file in `formats/`; `formats/index.ts` lists them all. */
export interface DatasetFormat {
  /** For `--format`; the name of its file. */
  name: string;
  /** For the model card. */
  description: string;
  /** After "test split of", where that needs other words. */
  splitOf?: string;
  /** Whether `splitOf` goes on with the folder's own name: the words fit any number of data sets. */
  namesFolder?: boolean;
  /** Whether file names, or one, may hold identifiers: hashed in what is passed on with a model. */
  privateNames: boolean | ((image: string) => boolean);
  /** Whether `--findings` means anything. */
  choosesFindings: boolean;
  /** @throws DatasetError naming table and column, or line */
  list(folder: string, options: FormatOptions): Promise<Listing>;
}

/** A file that could not be used. */
export interface BadFile {
  file: string;
  reason: string;
}

/** Prepared images in a file. */
export interface PlaneFile {
  kind: 'file';
  file: string;
  /** By image: its place in the file. */
  slots: readonly number[];
  /** By image: CRC-32 of its plane's bytes; undefined where it was prepared before there were any. */
  checksums: readonly (number | undefined)[];
}

/** Images prepared for a network, in a file that every thread reads for itself. */
export interface PreparedDataset {
  exams: Exam[];
  size: number;
  /** By exam: its plane, size × size unsigned 16-bit numbers, 0…65535 for [0, 1], native byte order. */
  planes: PlaneFile;
  /** By exam: where its film, and what of it, lies in the plane. */
  geometries: InputGeometry[];
  /** By exam: where its plane is image (valid-runs.ts); undefined: everywhere. */
  validRuns: (readonly number[] | undefined)[];
  /** SHA-256 of the split manifest (image, label, quality, split of every exam). */
  splitHash: string;
  /** Files that were left out. */
  bad: BadFile[];
}
