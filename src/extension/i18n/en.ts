/**
 * Every text that the viewer shows of this extension, in English: the source of the keys. `{{name}}` is a value. A text that
 * depends on a number has one entry a plural category of the language (`_one`, `_other`; PluralRules of Intl names them).
 * No key holds '.' or ':', which i18next takes apart.
 */
export const en = {
  // Panel and toolbar
  panelLabel: 'Explain',
  panelTitle: 'Explanation of the classifier’s answer',
  studyPanelLabel: 'Study',
  noStudy: 'The reader study cannot run',
  buttonLabel: 'Explain',
  buttonTooltip: 'Show which parts of this chest X-ray decided the classifier (research use only)',
  researchOnly: 'AI – research use only',
  research: 'Research use only',
  failedPanel: 'This panel failed; the viewer itself is not affected.',
  tryAgain: 'Try again',
  dismiss: 'Dismiss',
  percent: '{{number}} %',

  // Run
  explain: 'Explain this image',
  explainAgain: 'Explain again',
  refusedHint: 'There is nothing here that this model explains; the reason stands above',
  cancel: 'Cancel',
  clear: 'Clear',
  nothingYet: 'Press Explain to see which parts of the film decided the answer. Nothing is drawn before.',
  pressedStarting: 'Starting the compute worker…',
  pressedLoading: 'Loading the model…',
  pressedWarming: 'Warming up…',
  pressedRunning: 'Explaining…',
  model: 'Model',
  automatic: 'Automatic',
  automaticWith: 'Automatic: {{title}}',
  version: 'Version {{version}}',
  unusableModel: 'The model {{id}} is refused',
  notApplicable: 'No model fits this image',
  notApplicableTo: '“{{title}}” does not fit this image',
  caution: 'Caution',
  method: 'Method',
  generator: 'Generator',
  methodMissing: '{{title}} (not in this model)',
  stale: 'Press Explain again to apply.',
  averaging: 'Average over transforms',
  averagingHint:
    'Mean over random shifts, turns, zooms and flips of the film; steadier, and as many times slower.',
  count: 'Number of transforms',
  numberKept: 'left empty: {{value}} stays',
  useWasm: 'Go on with WebAssembly',

  // Score
  score: 'Score',
  probability: 'Probability',
  scoreNote: 'A score of the classifier, not a probability of disease.',
  threshold: 'Threshold',
  scoreAbove: 'The score is above the threshold.',
  scoreNotAbove: 'The score is not above the threshold.',
  found: 'Found by this classifier: {{name}}',
  notFound: 'No {{name}} found by this classifier',
  likeliest: 'Likeliest of {{count}} classes: {{name}}',
  similarHolds: 'The similar image (x_s) keeps the decision, score {{score}}',
  similarLost:
    'The similar image (x_s) does NOT keep the decision, score {{score}}: do not rely on this explanation',
  oppositeFlips: 'The opposite image (x_a) changes the decision, score {{score}}',
  oppositeLost:
    'The opposite image (x_a) does NOT change the decision, score {{score}}: the map may miss what decided',
  similarIsFilm:
    'The similar image (x_s) is the film itself (PSNR over 60 dB): that it keeps the decision says nothing.',
  similarIsFilmPair:
    'The similar image (x_s) is the film itself (PSNR over 60 dB): that it keeps the decision says nothing, and the map is |x − x_a|.',
  similarIsFilmOther:
    'The similar image (x_s) is the film itself (PSNR over 60 dB): that it keeps the decision says nothing, and the map compares the film itself with the opposite image (x_a).',
  averagedOver_one: '{{made}}, averaged over {{count}} transform',
  averagedOver_other: '{{made}}, averaged over {{count}} transforms',
  fromArchive: 'read from the archive',
  timeNotStated: 'time not stated',

  // What the colours are
  directionLess: 'Coloured: less of this would change the answer',
  directionAppear: 'Coloured: something would have to appear here to change the answer',
  directionChange: 'Coloured: a change here would change the answer',
  directionNotFlipped: 'The opposite image (x_a) did NOT change the answer: the colours tell no direction',
  directionNone: 'Coloured: where the method places what counts for this decision, without a direction',
  shortLess: 'less of this would change the answer',
  shortAppear: 'something would have to appear here to change the answer',
  shortChange: 'a change here would change the answer',
  shortNone: 'where the method places what counts, without a direction',
  unitUnknown: 'unit not known here: a method of another release',
  unitPair: '|x_s − x_a|, equalised grey level (0–1)',
  unitPairIsFilm: '|x − x_a|, equalised grey level (0–1); the similar image (x_s) is the film itself',
  unitSingle: '|x − x_a|, equalised grey level (0–1)',
  unitBetween: 'attribution between x_s and x_a, arbitrary unit',
  unitBetweenIsFilm:
    'attribution between x and x_a, arbitrary unit; the similar image (x_s) is the film itself',
  unitOther: 'attribution, arbitrary unit',
  beingChecked: 'score and checks follow',
  ownScaleShort: 'colours up to the map’s own maximum',
  ownScale: 'Each map is coloured up to its own maximum: the colours of two films do not compare.',

  // Display
  output: 'AI output',
  outputToggle: 'Show AI output (key {{key}})',
  maskOn: 'Show mask (segmentation)',
  percentile: 'Percentile',
  percentileValue: '{{percentile}} (top {{share}})',
  heatMapOn: 'Show heat map',
  opacity: 'Opacity',
  colourBar: 'Colour bar of the heat map',
  emptyMap: 'The map is zero everywhere: nothing is coloured.',
  marksNothing: 'At this percentile the map marks nothing: no value lies above the method’s floor.',
  marksLess: 'The mask marks {{share}} of the image: no more lies above the method’s floor.',

  // Generated images
  counterfactual: 'What would have to be different',
  holdHint: 'Shows the AI-generated film in the image’s place. Hold {{key}} for the opposite image (x_a).',
  holdHintBoth:
    'Shows the AI-generated film in the image’s place. Hold {{key}} for the opposite image (x_a), Shift+{{key}} for the similar image (x_s).',
  holdAdversarial: 'Hold: opposite image (x_a)',
  holdSimilar: 'Hold: similar image (x_s)',
  blink: 'Blink x_s ↔ x_a',
  blinkFilm: 'Blink film ↔ x_a',
  preparing: 'Preparing the image at full resolution…',
  noGenerated: 'This method makes no images.',
  generatedNotStored:
    'The similar and the opposite image (x_s, x_a) are not stored; press Explain to see them.',

  // The way to the opposite image, and how sure a map is
  graded: 'From the similar to the opposite image',
  gradedWaiting: 'The classifier is asked along the way…',
  gradedStep: 'Way to the opposite image (x_a)',
  gradedPlay: 'Play forth and back',
  gradedPause: 'Pause',
  gradedFilm: 'Back to the film',
  gradedChange: 'The answer changes at {{places}} of the way.',
  gradedNoChange: 'The answer does not change on the way.',
  gradedCurve: 'Score along the way, from {{from}} to {{to}}.',
  generatedBetween:
    'AI-GENERATED IMAGE · {{share}} of the way to the opposite image (x_a) · not a radiograph',
  generatedShortBetween: 'AI-GENERATED · {{share}} to x_a',
  preparingBetween: 'AI · preparing the image on the way to x_a · this is still the film',
  preparingShortBetween: 'AI · preparing',
  stable:
    'Stable: two halves of the transforms agree, rank correlation {{correlation}} (threshold {{threshold}}).',
  unstable:
    'Unstable: two halves of the transforms agree less than usual, rank correlation {{correlation}} (threshold {{threshold}}).',
  stabilityUnjudged:
    'Two halves of the transforms agree by a rank correlation of {{correlation}}; no threshold was measured for this method.',
  stabilityUnknown: 'How stable the map is, one pass does not tell: average to know.',

  // Export
  keep: 'Export',
  saveSeg: 'Save as DICOM SEG',
  saveSegNeedsMask: 'Switch the mask on to save it',
  savePicture: 'Picture (PNG)',
  saveMap: 'Map (NPY)',
  working: 'Working…',
  results: 'DICOM objects',
  resultPm: 'Map (Parametric Map)',
  resultSc: 'Picture (Secondary Capture)',
  resultSeg: 'Mask (SEG)',
  resultSr: 'Report (SR)',
  saveResults: 'Save to archive',
  downloadResults: 'Download',
  stored: 'In this study already',
  show: 'Show',
  restored: 'Read from the archive, which holds the DICOM objects.',

  // Compute
  details: 'Compute',
  backend: 'Backend',
  backendAuto: 'Automatic',
  backendWebgpu: 'WebGPU (GPU)',
  backendWebgl: 'WebGL (GPU)',
  backendWasm: 'WebAssembly',
  backendCpu: 'JavaScript (slow)',
  backendNamed: 'backend {{name}}',
  backendNotStated: 'backend not stated',
  usingChosen: 'Using {{name}}, as chosen.',
  usingFastest: 'Using {{name}}, the fastest here.',
  usingOnly: 'Using {{name}}.',
  usingInstead: 'Using {{name}} instead.',
  foundRight: '{{name}}: values right.',
  foundTimed: '{{name}}: values right, {{number}} ms in a test.',
  foundInsecure:
    '{{name}}: browsers offer it on https and on localhost alone; this page came over plain http.',
  foundAbsent: '{{name}}: not offered by this browser or machine ({{detail}}).',
  foundSoftware: '{{name}}: only emulated here, slower than WebAssembly.',
  foundFailed: '{{name}}: does not work ({{detail}}).',
  foundWrong: '{{name}}: not used, its values are wrong by {{share}}.',
  kernelsOwn: 'Own kernels: {{number}} times as fast as those of TensorFlow.js in a test.',
  kernelsSlower: 'Kernels of TensorFlow.js: own ones are slower here.',
  kernelsWrong: 'Kernels of TensorFlow.js: own ones differ from them ({{detail}}).',
  kernelsFailed: 'Kernels of TensorFlow.js: own ones do not run ({{detail}}).',
  averagedOn_one: 'Averaged on {{count}} worker.',
  averagedOn_other: 'Averaged on {{count}} workers.',
  averagedMemory: 'The memory of this machine allows no more.',
  helpersFailed_one: '{{count}} helper worker failed; the others did its part ({{detail}}).',
  helpersFailed_other: '{{count}} helper workers failed; the others did their part ({{detail}}).',
  modelsNotKept: 'The browser does not keep models for the next visit: this page is served without https.',
  timeLoad: 'Model loading',
  timeWarmUp: 'Warm-up',
  timePreparation: 'Preparation',
  timeClassifier: 'Classifier',
  timeExplanation: 'Explanation',
  timeTotal: 'Total',
  timeReading: 'Reading from the archive',
  milliseconds: '{{number}} ms',
  seconds: '{{number}} s',

  // On the film
  generatedAdversarial: 'AI-GENERATED IMAGE · opposite image (x_a), decision changed · not a radiograph',
  generatedSimilar: 'AI-GENERATED IMAGE · similar image (x_s), decision kept · not a radiograph',
  generatedShortAdversarial: 'AI-GENERATED · opposite image (x_a)',
  generatedShortSimilar: 'AI-GENERATED · similar image (x_s)',
  preparingAdversarial: 'AI · preparing the opposite image (x_a) · this is still the film',
  preparingSimilar: 'AI · preparing the similar image (x_s) · this is still the film',
  preparingShortAdversarial: 'AI · preparing x_a',
  preparingShortSimilar: 'AI · preparing x_s',
  tag: 'AI, research use only',
  shortTag: 'AI',
  shortRestored: 'archive',
  sideAbove: 'Score {{score}}, above the threshold {{point}}',
  sideNotAbove: 'Score {{score}}, not above the threshold {{point}}',
  sideAboveOf: '{{name}}, score {{score}}, above the threshold {{point}}',
  sideNotAboveOf: '{{name}}, score {{score}}, not above the threshold {{point}}',
  sideClass: '{{name}}, probability {{score}}',
  shortAbove: 'Score {{score}}, above {{point}}',
  shortNotAbove: 'Score {{score}}, not above {{point}}',
  shortAboveOf: '{{name}}, score {{score}}, above {{point}}',
  shortNotAboveOf: '{{name}}, score {{score}}, not above {{point}}',
  lostHold: 'x_s loses the decision',
  lostFlip: 'x_a does NOT change the decision: no direction',
  doubtHold: 'The similar image (x_s) does NOT keep the decision: do not rely on this explanation',
  doubtFlip: 'The opposite image (x_a) does NOT change the decision: the map may miss what decided',
  segmentLabel: 'AI explanation, top {{share}}',
  segmentationLabel: 'AI explanation ({{model}}, research use only)',
  pictureMask: 'mask: top {{share}}',
  pictureClass: '{{name}} · probability {{score}}',
  pictureAnswer: 'Score {{score}} · threshold {{point}} · {{verdict}}',

  // Notices
  saved: 'AI explanation saved',
  notSaved: 'AI explanation not saved',
  exported: 'Exported {{name}}.',
  exportedMap: 'Exported {{name}} and its JSON.',
  exportedObjects_one: 'Exported {{count}} DICOM file. It names the patient, as the image does.',
  exportedObjects_other: 'Exported {{count}} DICOM files. They name the patient, as the image does.',
  savedAs: 'Saved as {{names}}.',
  alreadyHeld: '{{present}} of {{count}} the archive held already.',
  archiveSilent: 'The archive did not say what it did with them; see whether they are there.',
  savedSeries: 'Series {{names}}.',
  leftAsItWas: 'What was there, of the same image, model, settings and software version, was left as it is.',
  listedLater: 'Listed once the study is loaded again.',
  leftOut: 'Not made, since at this percentile the map marks nothing: {{names}}.',
  earlier_one: 'The study holds an earlier explanation of this image by this model as well: {{named}}.',
  earlier_other: 'The study holds earlier explanations of this image by this model as well: {{named}}.',
  earlierVersion: 'version {{version}}',
  maskFailed: 'The mask could not be shown: {{reason}}',

  // How to read this, for every eye
  help: 'How to read this',
  helpIntro:
    'Five pictures of a synthetic phantom, explained by the phantom model that comes with this viewer. No patient is shown.',
  helpFilm:
    'The film. The classifier gives it a score between 0 and 1; above the threshold its answer is “found”. The score is not the probability of a disease.',
  helpSimilar:
    'The similar image (x_s): made by AI, with the same answer. It tells what the image generator changes anyway; in this viewer’s own models it is nearly the film itself.',
  helpOpposite:
    'The opposite image (x_a): made by AI so that the classifier gives the other answer. If it does not change the answer, the panel says so, and the map has no direction.',
  helpMap:
    'The map: where the two differ. Of what was found, less in the coloured places would change the answer; where nothing was found, something would have to appear there.',
  helpMask:
    'The mask: the highest values of the map, as many as the percentile says. It is a cut through the map, not the outline of a lesion.',
  helpLimits: 'What it cannot tell',
  helpLimitReads:
    'It shows what the classifier reads, not where disease is. A wrong answer gets a map that looks just as convincing.',
  helpLimitMisses:
    'The place where the map is highest often lies outside what radiologists marked: in a quarter to a third of the chest model’s test films. See the results that come with the model.',
  helpLimitNegative:
    'Where nothing was found, the opposite image tends to get one and the same opacity, wherever it was learned: its place says little about this film.',
  helpLimitSwitch:
    'A coloured place is no measurement, an uncoloured one no clearance. Read the film first; key {{key}} hides all AI output.',
  helpMissing: 'The pictures could not be loaded; the words hold without them.',
  panelRegion: 'Explanation of the classifier (AI)',
  runRegion: 'Model, method and start',
  announceDone: 'Explanation ready. {{verdict}}. {{side}}. {{direction}}.',
  announceHidden: 'AI output hidden',
  announceShown: 'AI output shown',
  announceAdversarial: 'The opposite image (x_a) is shown, generated by AI',
  announceSimilar: 'The similar image (x_s) is shown, generated by AI',
  colours: 'Colours',
  coloursInferno: 'Inferno (black to yellow)',
  coloursViridis: 'Viridis (blue to yellow)',
  coloursCividis: 'Cividis (blue to yellow, for colour-blind readers)',

  // Sentences of code that knows no language, found by their English words (`spoken.ts`)
  saidColour: 'The image is in colour ({{samples}} samples per pixel); {{model}} reads greyscale images.',
  saidNotStated: '{{name}} is not stated; {{model}} is made for {{allowed}}.',
  saidIs: '{{name}} is {{value}}; {{model}} is made for {{allowed}}.',
  saidTwoViews:
    'Series Description or Protocol Name speaks of a frontal and a lateral view; see which one this image is.',
  saidFrames: 'The image has {{count}} frames; one is explained, without the others.',
  saidTooSmall:
    'The image has {{columns}} × {{rows}} pixels; {{model}} needs at least {{minColumns}} × {{minRows}}.',
  saidPhantomOnly:
    '{{model}} is made for synthetic phantoms alone, and this image is not marked as one (Synthetic Data (0008,001C) is not YES).',
  saidNoIntendedUse: 'The intended use of {{model}} is not stated.',
  saidNoApplicability: 'It is not stated for which images {{model}} is made.',
  saidNoTrainingData: 'The training data of {{model}} are not stated.',
  saidIsPhantom: 'This image is a synthetic phantom; {{model}} is made for patients.',
  saidRaw:
    'The image is raw detector data (FOR PROCESSING); {{model}} is made for images FOR PRESENTATION. Choose the processed image of this exposure.',
  saidPolarity:
    'The header contradicts itself on whether high values are bright or dark: {{photometric}} with Presentation LUT Shape {{shape}} (it must be {{fitting}}).',
  saidAgeNotStated: "The patient's age is not stated; {{model}} is made for {{years}} years and over.",
  saidAgeUnreadable:
    "Patient's Age (0010,1010) holds something that is no age; {{model}} is made for {{years}} years and over.",
  saidAgeOutside: "The patient's age lies outside the {{from}} to {{to}} years that {{model}} was made for.",
  saidAgeNoUnit:
    "Patient's Age (0010,1010) has no unit and is taken for years; {{model}} is made for {{years}} years and over.",
  saidNoModelInstalled: 'No model is installed beside the extension.',
  saidOutlier:
    'This image is unlike those that {{model}} was trained on ({{factor}} times the distance that 95 % of its validation images keep to): its answer may mean nothing.',
  saidCollimated: '{{share}} % of the image is collimated (shutter or border) and left out.',
  saidSaturated:
    'x_a is black or white in {{share}} % of the image where the film is not: a change beyond what a film can show.',
  saidConstant: 'The map has one value all over the image: it marks nothing.',
  saidBelowFloor:
    'The map’s largest value is {{largest}}, not above {{method}}’s floor of {{floor}} (one grey level of an 8-bit picture): it marks nothing.',
  saidUnstable:
    'The map is unstable: the means of two halves of its transforms agree by a rank correlation of {{correlation}}, below {{threshold}}, which most of this model’s validation images reach. Average over more transforms.',
  saidResearchOnly: 'For research use only.',
  saidPhantomNotice: 'Made for synthetic phantoms; it knows nothing of patients.',
  saidOpacity: 'opacity',
  saidNoDevice: 'Not a medical device; not for diagnosis or treatment.',
  saidPneumonia: 'pneumonia / lung opacity',
  saidNoSeries: 'The active viewport shows no series. Open a chest X-ray in it.',
  saidNoViewport: 'No viewport is active. Open an image and click on it.',
  saidStillLoading:
    'The viewer has not loaded the image of this viewport yet. It is explained as soon as it is there, if asked for.',
  saidColourOnly:
    'The image is in colour ({{samples}} samples per pixel); only greyscale images can be explained.',
  saidNoImage: 'The object {{kind}} has no image that the viewer can show, so there is nothing to explain.',
  saidOfModality: 'of modality {{modality}}',
  saidOnDisplay: 'on display',
  saidNotDrawn:
    'The viewer cannot draw this image{{reason}}. An explanation could not be looked at beside its film, so none is made. Have the header corrected, or use "explain run", which needs no spacing.',
  saidPhotometric:
    'The Photometric Interpretation is {{value}}; only MONOCHROME1 and MONOCHROME2 can be explained.',
  saidNoPixels:
    'The viewer holds no pixels of this image: it has none, is still loading, or could not be decoded (truncated or damaged file).',
  saidTruncated:
    'The image says {{columns}} × {{rows}} pixels but carries {{count}}: the file is truncated or damaged.',
  saidNoNumber: '{{keyword}} is no number.',
  saidSlopeZero: 'Rescale Slope is 0, which would make every pixel the same.',
  saidForgotten: 'This explanation is no longer held; press Explain again.',
  saidImageForgotten: 'The image is no longer held; press Explain again.',
  saidNoUsableModel: 'No usable model under {{place}}. {{reasons}}',
  saidNoMethod: '{{model}} carries nothing that any method here could use.',
  saidWorkerStart:
    "The worker {{url}} does not start ({{reasons}}). Check that the file is served, and that the page's Content-Security-Policy allows it: {{policy}}",
  saidComputeWorker: 'The compute worker',
  saidWorkerLost: '{{worker}} was ended by the browser, perhaps for want of memory.',
  saidWorkerSilent: '{{worker}} has not answered for {{time}}.',
  saidWorkerAdvice: 'Press Explain to start it again, or take another backend.',
  saidMemory:
    'The networks ran out of memory ({{reason}}). Close other pages, or average over fewer transforms; then press Explain to try again.',
  saidContextLost:
    'The browser took the graphics context away (driver reset, sleep, or too many pages using the GPU). Press Explain to try the GPU again, or go on with WebAssembly, which needs no GPU.',
  saidStored: 'This explanation was read from the archive, which holds its objects.',
  saidRestored: 'This explanation comes from the archive. Press Explain again to make and save a new one.',
  saidWrongSize:
    'The stored map has {{mapColumns}} × {{mapRows}} pixels, the image {{columns}} × {{rows}}: it belongs to another image.',
  saidNotFetched: 'The stored explanation could not be read: {{reason}}. Press Explain to compute it again.',
  saidFrameUnknown: 'The viewer does not say which frame it shows, so no object could refer to it.',
  saidCannotStore:
    'The active data source cannot store objects. Nothing was saved; download the objects instead.',
  saidNotTaken: 'The archive did not take the {{object}} ({{reason}}).',
  saidSavedBefore: '{{count}} object(s) before it were saved.',
  saidTryAgain: 'Nothing in the viewer was lost: try again.',
  saidLogIn: 'Nothing in the viewer was lost: log in again, then try again.',
  saidNoAnswer: 'no answer: the connection failed, or led to another host',
  saidNotReady: 'The viewport is not ready to be exported. Try again.',
  saidNoneChosen: 'No object is chosen; choose at least one.',
  // Answer
  answerTitle: 'Your answer',
  answerQuestion: 'Does the map show what matters for the finding?',
  answerAgree: 'Agree',
  answerDisagree: 'Disagree',
  answerUnsure: 'Unsure',
  answerMark: 'Take my mark',
  answerMarkHint: 'Takes the rectangle or outline that is selected, or was drawn last, on this film.',
  answerNoMark: 'There is no rectangle or closed outline on this film: draw one with the viewer’s tools.',
  answerHit: 'in the mark',
  answerMiss: 'outside',
  answerNote: 'Note (no patient data)',
  answerKeep: 'Keep in this browser',
  answerKept: 'Kept in this browser.',
  answerFirst: 'Say first whether you agree.',
  answerClear: 'Delete all',
  answerCount: 'Answers kept in this browser: {{count}}',
  answerMap: 'Map',
  answerOverlap: 'Overlap (IoU)',
  answerPeak: 'Peak',
  answerDistance: 'Distance',
  answerReader: 'Who answers: name or code',
  answerReaderHint: 'Stands in the stored answer and in the list of results.',
  answerNoReader: 'Say first who answers: a name or a code.',
  answerAttest: 'I attest this answer in the name of {{organization}}',
  answerSave: 'Save answer in the archive (SR)',
  answerObject: 'answer (SR)',
  answerVerified: 'attested',
  answerMarked: 'with a mark',
} as const;

/** Key of a text. */
export type TextKey = keyof typeof en;

/** The texts of a language, all of them. */
export type Texts = Readonly<Record<TextKey, string>>;
