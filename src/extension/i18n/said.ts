/**
 * Sentences of code that knows no language, in English as that code makes them: they are known again by their words and said in
 * the viewer's language (`spoken.ts`). English needs them nowhere, so they are fetched with the translations.
 */
export const said = {
  saidLabelView: 'The model says nothing of {{name}} here: the view is {{view}}; it is made for {{views}}.',
  saidLabelNoView:
    'The model says nothing of {{name}} here: the view is not stated; it is made for {{views}}.',
  saidLabelAge:
    "The model says nothing of {{name}} here: the patient's age, in years, is {{age}}; it is made for {{low}} to {{high}}.",
  saidUnranked:
    'The model says nothing of {{name}}: on its validation images it scored those with the finding below those without.',
  saidUncalibrated:
    'The score of {{name}} is not calibrated and its operating point not measured: the validation images all had the finding, or all lacked it.',
  saidColour: 'The image is in colour ({{samples}} samples per pixel); {{model}} reads greyscale images.',
  saidOwnPicture:
    'This picture was made by this extension out of a film, and is no radiograph: open the film itself.',
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
  saidIsAPhantom: 'This image is a synthetic phantom.',
  saidIsPhantom: 'This image is a synthetic phantom; {{model}} is made for patients.',
  saidRaw:
    'The image is raw detector data (FOR PROCESSING); {{model}} is made for images FOR PRESENTATION. Choose the processed image of this exposure.',
  saidPolarity:
    'The header contradicts itself on whether high values are bright or dark: {{photometric}} with Presentation LUT Shape {{shape}} (it must be {{fitting}}).',
  saidAgeNotStated: "The patient's age is not stated; {{model}} is made for {{years}} years and over.",
  saidAgeUnreadable:
    "Patient's Age (0010,1010) holds something that is no age; {{model}} is made for {{years}} years and over.",
  saidAgeOutside: "The patient's age, in years, is {{age}}; {{model}} is made for {{from}} to {{to}}.",
  saidAgeNoUnit:
    "Patient's Age (0010,1010) has no unit and is taken for years; {{model}} is made for {{years}} years and over.",
  saidNoModelInstalled: 'No model is installed beside the extension.',
  saidOutlier:
    'This image is unlike those that {{model}} was trained on ({{factor}} times the distance that 95 % of its validation images keep to): its answer may mean nothing.',
  saidUnknownKind:
    'Body Part Examined is not stated, and the image is unlike those that {{model}} was trained on ({{factor}} times the distance that 95 % of its validation images keep to): it is given no answer.',
  saidBeyondLimit:
    'The image is unlike those that {{model}} was trained on ({{factor}} times the distance that 95 % of its validation images keep to), more than any of those was: it is given no answer.',
  saidShutterAside:
    'The header states a shutter or collimator that would cover {{share}} % of the image, and was left aside.',
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
    'The viewer holds no pixels of this image: it has none, or could not be decoded (truncated or damaged file).',
  saidTruncated:
    'The image says {{columns}} × {{rows}} pixels but carries {{count}}: the file is truncated or damaged.',
  saidNoNumber: '{{keyword}} is no number.',
  saidSlopeZero: 'Rescale Slope is 0, which would make every pixel the same.',
  saidLevelsLost:
    'With Rescale Slope {{slope}} and Rescale Intercept {{intercept}}, grey levels of the image could not be told apart (single precision). Have the header corrected.',
  saidMirrored:
    "Patient Orientation (0020,0020) is {{orientation}}: the film is mirrored, the patient's left on its left; {{model}} is made for films that are not.",
  saidTurned:
    'Patient Orientation (0020,0020) is {{orientation}}: the film is turned; {{model}} is made for frontal films that stand upright ({{upright}}).',
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
  saidStoredScore: 'The stored result says a score of {{score}}; scores lie between 0 and 1.',
  saidStoredContradicts:
    'The stored result contradicts itself: {{what}} does not follow from its scores and operating point.',
  saidStoredIdentifier:
    'The identifier of the stored result does not follow from the image, model and settings that it names.',
  saidStoredRange:
    'The stored map holds values from {{least}} to {{largest}}, which {{method}} does not make.',
  saidStoredFrames: 'The stored map says that it has {{frames}} frames; a result has one.',
  saidStoredElse: 'The archive sent another object than it listed.',
  saidStoredScoreDiffers:
    'The stored score {{stored}} is not what this model gives for this image, {{given}}.',
  saidStoredPoint: 'The stored operating point {{stored}} is not that of this model, {{given}}.',
  saidStoredClasses: 'The stored result names other classes ({{stored}}) than this model has ({{given}}).',
  saidStoredNotOurs: 'It was changed, or this software did not make it; it is not shown.',
  saidStoredUnverified:
    'This stored result could not be verified: {{model}} with the files that it names is not installed here.',
  saidStoredVersion:
    'Version {{software}} stored the score {{stored}}; this version gives {{given}} for this image.',
  saidNotFetched: 'The stored object could not be fetched: {{reason}}.',
  saidOtherNotOf: 'The object does not refer to this image.',
  saidOtherShape:
    'The object has {{object}} pixels, the image {{image}}: they cannot be laid over each other.',
  saidOtherElsewhere: 'The object lies elsewhere in space than the image.',
  saidOtherTooMuch:
    'The object holds far more than can be shown over one image (more than {{most}}); nothing of it is shown.',
  saidOtherNotFinite: 'The object holds values that are not finite.',
  saidOtherContradicts: 'The object contradicts itself: {{what}}.',
  saidOtherNothing: 'The object holds nothing that can be shown over an image.',
  saidOtherCoding: 'The pixels of the object are compressed in a way that is not read here ({{name}}).',
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
} as const;

/** Key of such a sentence. */
export type SaidKey = keyof typeof said;
