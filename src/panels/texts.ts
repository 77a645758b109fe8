/** Every text of the panel and the toolbar, in one place for translation. */
export const texts = {
  panelLabel: 'Explain',
  panelTitle: 'Explanation of the classifier’s answer',
  buttonLabel: 'Explain',
  buttonTooltip: 'Show which parts of this chest X-ray decided the classifier (research use only)',

  research: 'Research use only',
  failedPanel: 'This panel failed; the viewer itself is not affected.',
  tryAgain: 'Try again',

  explain: 'Explain this image',
  explainAgain: 'Explain again',
  refusedHint: 'There is nothing here that this model explains; the reason stands above',
  cancel: 'Cancel',
  clear: 'Clear',
  nothingYet: 'Press Explain to see which parts of the film decided the answer. Nothing is drawn before.',
  pressed: {
    starting: 'Starting the compute worker…',
    'loading-model': 'Loading the model…',
    'warming-up': 'Warming up…',
    running: 'Explaining…',
  },
  ready: 'Ready',
  idle: 'Not started',

  model: 'Model',
  automatic: 'Automatic',
  automaticWith: (title: string): string => `Automatic: ${title}`,
  version: (version: string): string => `Version ${version}`,
  unusableModel: (id: string): string => `The model ${id} is refused`,
  notApplicable: 'No model fits this image',
  notApplicableTo: (title: string): string => `“${title}” does not fit this image`,
  caution: 'Caution',

  score: 'Score',
  probability: 'Probability',
  scoreNote: 'A score of the classifier, not a probability of disease.',
  madeBy: (...parts: readonly string[]): string => parts.join(' · '),
  operatingPoint: 'Operating point',
  decision: {
    above: 'The score is above the operating point.',
    below: 'The score is not above the operating point.',
  },
  similar: {
    hold: (score: string): string => `x_s (similar image) keeps the decision, score ${score}`,
    lost: (score: string): string =>
      `x_s (similar image) does NOT keep the decision, score ${score}: do not rely on this explanation`,
  },
  adversarial: {
    flip: (score: string): string => `x_a (adversarial image) flips the decision, score ${score}`,
    lost: (score: string): string =>
      `x_a (adversarial image) does NOT flip the decision, score ${score}: the map may miss what decided`,
  },

  method: 'Method',
  generator: 'Generator',
  methodMissing: (title: string): string => `${title} (not in this model)`,
  stale: 'Press Explain again to apply.',
  averaging: 'Average over transforms',
  averagingHint:
    'Mean over random shifts, turns, zooms and flips of the film; steadier, and as many times slower.',
  count: 'Number of transforms',
  numberKept: (value: number): string => `left empty: ${value} stays`,

  output: 'AI output',
  outputToggle: (key: string): string => `Show AI output (key ${key.toUpperCase()})`,
  mask: 'Mask',
  maskOn: 'Show mask (segmentation)',
  percentile: 'Percentile',
  percentileValue: (percentile: number, share: string): string => `${percentile} (top ${share})`,
  heatMap: 'Heat map',
  heatMapOn: 'Show heat map',
  opacity: 'Opacity',
  colourBar: 'Colour bar of the heat map',
  emptyMap: 'The map is zero everywhere: nothing is coloured.',
  marksNothing: 'At this percentile the map marks nothing: no value lies above the method’s floor.',
  marksLess: (share: string): string =>
    `The mask marks ${share} of the image: no more lies above the method’s floor.`,
  ownScale: 'Each map is coloured up to its own maximum: the colours of two films do not compare.',

  counterfactual: 'What would have to be different',
  counterfactualHint: (key: string, hasSimilar: boolean): string =>
    `Shows the AI-generated film in the image's place. Hold ${key.toUpperCase()} for x_a` +
    (hasSimilar ? `, Shift+${key.toUpperCase()} for x_s.` : '.'),
  holdAdversarial: 'Hold: x_a',
  holdSimilar: 'Hold: x_s',
  blink: 'Blink x_s ↔ x_a',
  blinkFilm: 'Blink film ↔ x_a',
  preparing: 'Preparing the image at full resolution…',
  noGenerated: 'This method makes no images.',
  generatedNotStored: 'x_s and x_a are not stored; press Explain to see them.',

  keep: 'Export',
  saveSeg: 'Save as DICOM SEG',
  saveSegNeedsMask: 'Switch the mask on to save it',
  savePicture: 'Picture (PNG)',
  saveMap: 'Map (NPY)',
  working: 'Working…',
  results: 'DICOM objects',
  saveResults: 'Save to archive',
  downloadResults: 'Download',
  stored: 'In this study already',
  show: 'Show',
  restored: 'Read from the archive, which holds the DICOM objects.',

  details: 'Compute',
  backend: 'Backend',
  backends: { auto: 'Automatic', webgl: 'WebGL (GPU)', wasm: 'WebAssembly', cpu: 'JavaScript (slow)' },
  /** Of the browser's backends by their own names; those of the command, such as `node`, as they are. */
  backendName: (name: string): string =>
    ({ webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript', '': 'backend not stated' })[name] ?? name,
  using: (name: string, reason: string): string => `Using ${name}: ${reason}.`,
  times: {
    load: 'Model loading',
    warmUp: 'Warm-up',
    preparation: 'Preparation',
    classifier: 'Classifier',
    explanation: 'Explanation',
    total: 'Total',
    reading: 'Reading from the archive',
  },
  seconds: (seconds: number): string =>
    seconds < 0.0995 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`,
  dismiss: 'Dismiss',
  useWasm: 'Go on with WebAssembly',
} as const;

/** 0.9371 → "0.937". */
export function scoreText(score: number): string {
  return score.toFixed(3);
}
