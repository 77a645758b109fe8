/** A box of an opacity in fractions of the image's width and height. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Split = 'train' | 'val' | 'test';

/** One image with what is known of it. */
export interface Exam {
  image: string;
  patient: string;
  split: Split;
  /** 1 opacity, 0 healthy, absent: neither. */
  label?: 0 | 1;
  /** Who says so: a radiologist, report text alone, doubtful (both disagree), other (no binary label). */
  quality: 'radiologist' | 'text' | 'doubtful' | 'other';
  view: 'AP' | 'PA' | '';
  sex: string;
  ageYears?: number;
  collection: string;
  /** Boxes of opacities, the truth of the binary task. */
  boxes: Box[];
}

/** Images prepared for a network. */
export interface PreparedDataset {
  exams: Exam[];
  size: number;
  /** exams.length × size × size, 0…65535 for [0, 1]; shared between workers. */
  pixels: Uint16Array;
  /** SHA-256 of the split manifest (image, label, quality, split of every exam). */
  splitHash: string;
}
