/** The image that an object of another software is to be laid over. */
export interface Film {
  sopInstanceUid: string;
  /** Of an image of several frames, the one on display, from 1. */
  frame?: number;
  rows: number;
  columns: number;
  /** Image Position and Orientation (Patient), where the image has a place in space: three and six numbers. */
  position?: readonly number[];
  orientation?: readonly number[];
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Values over the image; where nothing is stated (padding), NaN. */
interface MapLayer {
  kind: 'map';
  label: string;
  /** UCUM code of the values, empty where none is stated. */
  unit: string;
  rows: number;
  columns: number;
  /** rows × columns. */
  values: Float32Array<ArrayBuffer>;
  /** Smallest and largest value. */
  low: number;
  high: number;
}

/** An area of the image. */
interface AreaLayer {
  kind: 'area';
  label: string;
  colour: Colour;
  rows: number;
  columns: number;
  /** rows × columns, 1 inside. */
  mask: Uint8Array<ArrayBuffer>;
}

/** A line through points, or points alone; columns and rows of the image in turn, edges of the first pixel at 0 and 1. */
export interface Shape {
  form: 'line' | 'points';
  closed: boolean;
  points: number[];
}

/** Words at a place of the image. */
export interface Label {
  x: number;
  y: number;
  text: string;
}

interface DrawingLayer {
  kind: 'drawing';
  label: string;
  colour: Colour;
  shapes: Shape[];
  texts: Label[];
}

export type OtherLayer = MapLayer | AreaLayer | DrawingLayer;

/** What an object of another software shows over the image. */
export interface OtherResult {
  layers: OtherLayer[];
  /** Graphics that cannot be shown over an image: of three dimensions, or of a kind that is not read. */
  skipped: number;
}
