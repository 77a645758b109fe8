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

/** What the objects say about themselves; the report's reader finds figures by these. */
export const concepts = {
  score: own('score', 'Classifier score'),
  operatingPoint: own('operating-point', 'Operating point of the score'),
  decision: own('decision', 'Decision of the classifier'),
  similarScore: own('similar-score', 'Classifier score of the similar image'),
  hold: own('similar-holds', 'Similar image keeps the decision'),
  adversarialScore: own('adversar-score', 'Classifier score of the adversarial image'),
  flip: own('adversar-flips', 'Adversarial image changes the decision'),
  /** The quantity that a parametric map holds. */
  map: own('map', 'Explanation map'),
  /** PS3.16 annex D, as TID 1410 and 1411 name an image that explains a finding: the map, and its picture. */
  visualExplanation: dcm('130401', 'Visual Explanation'),
  weights: own('weights', 'SHA-256 of the model package'),
  notice: own('notice', 'Limits of use'),
  caution: own('caution', 'Caution with this image'),
  finding: dcm('121071', 'Finding'),
  comment: dcm('121106', 'Comment'),
  /** Of a reader's answer to an explanation. */
  answer: own('reader-answer', 'Answer of a reader to the explanation'),
  answered: own('answered', 'Explanation that is answered'),
  percentile: own('percentile', 'Percentile above which the map marks'),
  markOverlap: own('mark-overlap', 'Overlap of mark and map (intersection over union)'),
  markHit: own('mark-hit', 'Mark holds the largest value of the map'),
  markDistance: own('mark-distance', 'Distance from mark to largest value of the map'),
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

/** UCUM's units of what readers' marks and readings are measured in. */
export const units = {
  percent: { CodeValue: '%', CodingSchemeDesignator: 'UCUM', CodeMeaning: '%' },
  pixels: { CodeValue: '{pixels}', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'pixels' },
  millimetres: { CodeValue: 'mm', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'mm' },
  seconds: { CodeValue: 's', CodingSchemeDesignator: 'UCUM', CodeMeaning: 's' },
} as const satisfies Record<string, Code>;

/** Says in Coding Scheme Identification (PS3.3 C.12.1.1.1) whose codes those of this project are. */
export const codingSchemes = [
  { CodingSchemeDesignator: ownScheme, CodingSchemeName: 'Codes of the OHIF extension Explain' },
];
