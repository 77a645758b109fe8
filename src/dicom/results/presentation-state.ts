import { madeBy } from '../../drawing/explanation-label';
import { momentText } from '../../models/moment';
import { scoreText, verdictText } from '../../models/verdict';
import type { ResultContent, ResultRequest } from './definition';
import { windowOf } from './grey-window';
import { regionMeaning } from './meaning';
import { pixelAspect } from './plane';
import { regionColour } from './region-colours';
import { markedRegions } from './regions';
import { imageReference } from './report-items';
import { requiredUid } from './identifiers';
import { ResultError, type Attributes } from './types';
import { dicomDate, dicomTime, textOf } from './values';

const layer = 'AI_EXPLANATION';

/**
 * Grayscale Softcopy Presentation State (PS3.3 A.33.1): the outlines of each mask's regions, and what made them, "AI - research
 * use only" first, on a layer of their own that a reader can switch off. A presentation state takes the place of the image's
 * own rescale and window, so it repeats them.
 *
 * @throws ResultError for an image whose grey levels are a modality look-up table
 */
export function presentationState({ context, explanation, masks }: ResultRequest): ResultContent {
  const { source, model, settings, created } = context;
  const { film, map, figures } = explanation;
  const outlines = masks.flatMap(({ mask }) => markedRegions(mask, map, film.columns).regions);
  const image = imageReference(context);
  const text = [
    'AI - research use only. Not for diagnosis.',
    `Model ${model.id} ${model.version}   ${momentText(created)}`,
    `${verdictText(model.classes, figures.decision)}, ${scoreText(figures.decision)}`,
    madeBy(settings),
    ...(outlines.length > 0 ? regionMeaning(context, explanation, masks) : []),
    ...explanation.cautions.map(caution => `Caution: ${caution}`),
  ].join('\r\n');
  const dataset = {
    InstanceNumber: '1',
    ContentLabel: layer,
    ContentDescription: 'Outlines of the explanation; research use only',
    ContentCreatorName: '',
    PresentationCreationDate: dicomDate(created),
    PresentationCreationTime: dicomTime(created),
    ReferencedSeriesSequence: [
      { SeriesInstanceUID: requiredUid(source, 'SeriesInstanceUID'), ReferencedImageSequence: [image] },
    ],
    ...modalityLut(source),
    SoftcopyVOILUTSequence: [windowOf(source, film)],
    PresentationLUTShape: film.photometric === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY',
    DisplayedAreaSelectionSequence: [
      {
        DisplayedAreaTopLeftHandCorner: [1, 1],
        DisplayedAreaBottomRightHandCorner: [film.columns, film.rows],
        PresentationSizeMode: 'SCALE TO FIT',
        PresentationPixelAspectRatio: pixelAspect(source),
      },
    ],
    GraphicLayerSequence: [
      {
        GraphicLayer: layer,
        GraphicLayerOrder: '1',
        GraphicLayerRecommendedDisplayCIELabValue: regionColour(figures.decision),
        GraphicLayerDescription: 'Made by a classifier; research use only',
      },
    ],
    GraphicAnnotationSequence: [
      {
        ReferencedImageSequence: [image],
        GraphicLayer: layer,
        TextObjectSequence: [
          {
            BoundingBoxAnnotationUnits: 'DISPLAY',
            UnformattedTextValue: text,
            BoundingBoxTopLeftHandCorner: [0.01, 0.01],
            BoundingBoxBottomRightHandCorner: [0.99, 0.2],
            BoundingBoxTextHorizontalJustification: 'LEFT',
          },
        ],
        ...(outlines.length > 0 && {
          GraphicObjectSequence: outlines.map(({ outline }) => ({
            GraphicAnnotationUnits: 'PIXEL',
            GraphicDimensions: 2,
            NumberOfGraphicPoints: outline.length / 2,
            GraphicData: outline,
            GraphicType: 'POLYLINE',
            GraphicFilled: 'N',
          })),
        }),
      },
    ],
  };
  return { dataset };
}

function modalityLut(source: Attributes): Record<string, unknown> {
  if (source.ModalityLUTSequence) {
    throw new ResultError(
      'The grey levels of the image are a modality look-up table, which a presentation state would have to repeat; that is not ' +
        'written. Choose other objects.',
    );
  }
  const [slope, intercept] = [textOf(source, 'RescaleSlope'), textOf(source, 'RescaleIntercept')];
  if (!slope || !intercept) return {};
  return {
    RescaleIntercept: intercept,
    RescaleSlope: slope,
    RescaleType: textOf(source, 'RescaleType') || 'US',
  };
}
