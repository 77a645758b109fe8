import type { MapKind } from '../../models/verdict';

/** A coded entry (PS3.3 table 8.8-1). */
export interface Code {
  CodeValue: string;
  CodingSchemeDesignator: string;
  CodeMeaning: string;
}

/** Scheme of concepts for which PS3.16 was found to have no code. */
const ownScheme = '99OHIFEXPLAIN';

export function dcm(value: string, meaning: string): Code {
  return { CodeValue: value, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning };
}

export function sct(value: string, meaning: string): Code {
  return { CodeValue: value, CodingSchemeDesignator: 'SCT', CodeMeaning: meaning };
}

export function own(value: string, meaning: string): Code {
  return { CodeValue: value, CodingSchemeDesignator: ownScheme, CodeMeaning: meaning };
}

/** UCUM's unit of a pure number. */
export const noUnits: Code = { CodeValue: '1', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'no units' };

/**
 * What the objects say about themselves; the report's reader finds figures by these. OHIF writes the names of figures over the
 * film, and nothing else of a report, so those begin with "AI".
 */
export const concepts = {
  score: own('score', 'AI score, research use only'),
  operatingPoint: own('operating-point', 'AI operating point of the score'),
  /** Of a positive and a negative score. */
  aboveOperatingPoint: own('above-point', 'AI: positive, above the operating point by'),
  belowOperatingPoint: own('below-point', 'AI: negative, below the operating point by'),
  decision: own('decision', 'Decision of the classifier'),
  similarScore: own('similar-score', 'AI score of the similar image'),
  hold: own('similar-holds', 'Similar image keeps the decision'),
  adversarialScore: own('adversar-score', 'AI score of the adversarial image'),
  flip: own('adversar-flips', 'Adversarial image changes the decision'),
  /** Of an averaged map. */
  transformCorrelation: own('transform-corr', 'AI map: rank correlation of two halves of the transforms'),
  transformThreshold: own('transform-point', 'AI map: threshold of that rank correlation'),
  transformDiffering: own('transform-differ', 'AI map: part where transforms differ by more than its value'),
  /** PS3.16 annex D, as TID 1410 and 1411 name an image that explains a finding: the map, and its picture. */
  visualExplanation: dcm('130401', 'Visual Explanation'),
  notice: own('notice', 'Limits of use'),
  caution: own('caution', 'Caution with this image'),
  finding: dcm('121071', 'Finding'),
  /** CID 250: the answer of a test. Not CID 240 (Present, Absent), which says that a finding is there or not. */
  positive: sct('10828004', 'Positive'),
  negative: sct('260385009', 'Negative'),
  /** Not (42798000, SCT, "Area"), which a reader takes for that of a lesion. */
  regionArea: own('mask-area', 'AI mask area, not a lesion size'),
  /** OHIF opens no report without coordinates; a film without a finding has none to show. */
  textPlace: own('text-place', 'Place for the text, no finding'),
  derivation: dcm('121401', 'Derivation'),
  mean: sct('373098007', 'Mean'),
  /** CID 6101: chosen by the software, without being an anatomical structure or a lesion. */
  selectedRegion: dcm('111099', 'Selected region'),
  comment: dcm('121106', 'Comment'),
  /** Of a reader's answer to an explanation. */
  answer: own('reader-answer', 'Answer of a reader to the explanation'),
  answered: own('answered', 'Explanation that is answered'),
  percentile: own('percentile', 'Percentile above which the map marks'),
  markOverlap: own('mark-overlap', 'Overlap of mark and map (intersection over union)'),
  markHit: own('mark-hit', 'Mark holds the largest value of the map'),
  markDistance: own('mark-distance', 'Distance from mark to largest value of the map'),
  markDistanceAtDetector: own('mark-dist-detect', 'Distance from mark to largest value, at the detector'),
  /** Of a reading in a reader study. */
  rating: own('rating', 'Rating of the study’s question'),
  confidence: own('confidence', 'Confidence of the reader'),
  readingTime: own('reading-time', 'Time from display to answer'),
  study: own('reader-study', 'Reader study'),
  studyCase: own('study-case', 'Case of the reader study'),
  studyArm: own('study-arm', 'Arm of the reader study'),
  reading: own('reading', 'Answer as it was given'),
  /** Contents of CID 7453 and TID 1003. */
  reader: { CodeValue: 'C28747', CodingSchemeDesignator: 'NCIt', CodeMeaning: 'Reader' },
  yes: sct('373066001', 'Yes'),
  no: sct('373067005', 'No'),
  algorithmName: dcm('111001', 'Algorithm Name'),
  algorithmParameters: dcm('111002', 'Algorithm Parameters'),
  algorithmVersion: dcm('111003', 'Algorithm Version'),
} as const;

/** UCUM's units of areas (CID 7461; pixels are an annotation without a unit), readers' marks and readings. */
export const units = {
  percent: { CodeValue: '%', CodingSchemeDesignator: 'UCUM', CodeMeaning: '%' },
  pixels: { CodeValue: '{pixels}', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'pixels' },
  squareMillimetres: { CodeValue: 'mm2', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'square millimeter' },
  millimetres: { CodeValue: 'mm', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'mm' },
  seconds: { CodeValue: 's', CodingSchemeDesignator: 'UCUM', CodeMeaning: 's' },
} as const satisfies Record<string, Code>;

/**
 * What a map's values are, of PS3.16 CID 217 "Visual Explanation", which CID 7180 and with it CID 7469 include: as a quantity of a
 * parametric map and as a measurement in a region.
 */
export function mapQuantity(map?: Pick<MapKind, 'quantity'>): Code {
  return map?.quantity === 'gradient-weighted-class-activation'
    ? dcm('130403', 'Gradient-weighted class activation')
    : dcm('130404', 'Saliency');
}

/** Says in Coding Scheme Identification (PS3.3 C.12.1.1.1) whose codes those of this project are. */
export const codingSchemes = [
  { CodingSchemeDesignator: ownScheme, CodingSchemeName: 'Codes of the OHIF extension Explain' },
];
