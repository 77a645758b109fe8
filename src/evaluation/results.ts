import type { BoxStatistics } from '../metrics';
import type { Comparison } from './statistics/comparisons';
import type { MapSummary } from './statistics/map-summary';
import type { ClassifierSummary, GeneratorSummary } from './statistics/summary';
import type { JudgeResults } from './judge/judge-results';
import type { TrustResults } from './trust/trust-file-schema';

/** Where the figures come from: enough to make them again. */
export interface Provenance {
  /** ISO 8601. */
  createdAt: string;
  command: string;
  model: {
    id: string;
    version: string;
    title: string;
    /** Of two classes, or of one label. */
    operatingPoint?: number;
    files: Record<string, string>;
  };
  data: {
    description: string;
    /** SHA-256 of the split manifest: names, labels, quality and split of the images. */
    sha256: string;
    /** SHA-256 of the prepared pixels, the truths and the mean training truth. */
    contentSha256?: string;
    /** What the truth is: `boxes`, `masks` or `phantoms` (their exact masks). */
    truth?: 'boxes' | 'masks' | 'phantoms';
    images: number;
    patients: number;
    /** Of two classes, or of one label. */
    positives?: number;
    withTruth: number;
    patientsWithTruth: number;
    leftOut: Record<string, number>;
  };
  software: { explain: string; tfjs: string; backend: string; node: string; platform: string };
  options: Record<string, string | number | boolean | undefined>;
}

/** A generator's figures with what the card says of it. */
export interface GeneratorResults extends GeneratorSummary {
  title: string;
  kind: string;
  output: string;
}

/** All methods on the seeded subset that slow methods ran on. */
export interface SubsetResults {
  images: number;
  patients: number;
  maps: MapSummary[];
  comparisons: Comparison[];
}

/** Content of `results.json`, and all that the page shows but the pictures. */
export interface EvaluationResults {
  format: 'explain-evaluation/1';
  provenance: Provenance;
  primary: {
    metric: 'iou90';
    description: string;
    /** Key of the map that others are compared with. */
    reference?: string;
  };
  /** What a reader must know before quoting a figure: what was left out, failed or could not be measured. */
  notes: string[];
  boxes?: BoxStatistics;
  classifier: ClassifierSummary[];
  generators: GeneratorResults[];
  maps: MapSummary[];
  comparisons: Comparison[];
  /** The reference against maps that failed on some images, on the others; absent in reports of before it was tested. */
  withoutFailures?: Comparison[];
  /** Each map against the average training truth; absent in reports of before it was tested. */
  againstAverage?: Comparison[];
  subset?: SubsetResults;
  /** What another model's classifier says of the generated images; absent where none was asked. */
  judge?: JudgeResults;
  trust?: TrustResults;
}

/** Pictures of one image for the page. */
export interface CaseView {
  group: 'best' | 'worst';
  id: string;
  /** Primary endpoint of the reference map. */
  iou90: number;
  score: number;
  /** Whether the classifier decides as the image's label says. */
  called: boolean;
  tiles: { title: string; iou90?: number; dataUri: string }[];
}
