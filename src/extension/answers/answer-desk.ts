import { numberOf, textOf, textsOf } from '../../dicom/attribute-values';
import { markAgreement, type MarkAgreement } from '../../study/mark-on-map';
import { download } from '../exchange/export-files';
import { findTarget, type Target } from '../host/host-image';
import type { Annotation, Cornerstone, CornerstoneTools, Services } from '../host/ohif-types';
import type { ExplainService } from '../store/explain-service';
import type { Result } from '../store/state';
import { planeOf, toPixels } from '../study/image-plane';
import { addAnswer, allAnswers, answersCsv, clearAnswers, type LoggedAnswer } from './answer-log';

/** The reader's own mark on the film on display. */
export interface ReaderMark {
  imageId: string;
  outline: [x: number, y: number][];
}

/** What a reader can do with an explanation besides looking: mark, compare, say, keep. */
export interface AnswerDesk {
  /** The annotation that is selected, else the last closed one on the film; undefined without one. */
  takeMark(): ReaderMark | undefined;
  /** How the mark lies to the map on display; undefined where the film shows another image. */
  compare(mark: ReaderMark, result: Result): Promise<MarkAgreement | undefined>;
  keep(
    result: Result,
    said: Pick<LoggedAnswer, 'verdict' | 'note'>,
    mark?: ReaderMark,
    agreement?: MarkAgreement,
  ): Promise<void>;
  count(): Promise<number>;
  exportAs(form: 'json' | 'csv'): Promise<void>;
  clear(): Promise<void>;
}

interface DeskHost {
  services: Services;
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
}

export function createAnswerDesk(service: ExplainService, host: () => DeskHost | undefined): AnswerDesk {
  const film = (): (DeskHost & { target: Target }) | undefined => {
    const current = host();
    if (!current) return undefined;
    const outcome = findTarget(current.services, current.cornerstone);
    return 'target' in outcome ? { ...current, target: outcome.target } : undefined;
  };
  return {
    takeMark() {
      const shown = film();
      const { annotation } = shown?.tools ?? {};
      const plane = shown && planeOf(shown.target, shown.cornerstone);
      if (!shown || !annotation || !plane) return undefined;
      const { imageId } = shown.target;
      const closed = annotation.state
        .getAllAnnotations()
        .filter(each => each.metadata?.referencedImageId === imageId && cornersOf(each).length >= 3);
      const selected = annotation.selection?.getAnnotationsSelected() ?? [];
      const taken =
        closed.filter(({ annotationUID }) => selected.includes(annotationUID ?? '')).at(-1) ?? closed.at(-1);
      if (!taken) return undefined;
      return { imageId, outline: cornersOf(taken).map(corner => toPixels(plane, corner)) };
    },
    async compare({ imageId, outline }, result) {
      const shown = film();
      if (shown?.target.imageId !== imageId || result.key !== imageId) return undefined;
      const { rows, columns } = result.reply.geometry;
      const mask = await service.mask(imageId, service.getState().settings.percentile);
      return markAgreement(outline, { mask, rows, columns }, peakOf(result), spacingOf(shown.target));
    },
    async keep({ reply, card, method, sopInstanceUid, augment, generator }, said, mark, agreement) {
      await addAnswer({
        at: new Date().toISOString(),
        sopInstanceUid: sopInstanceUid ?? '',
        model: card.id,
        version: card.version,
        method: method.id,
        generator: generator ?? '',
        augment: augment?.count ?? 0,
        score: reply.decision.score,
        decision: reply.decision.decided,
        percentile: service.getState().settings.percentile,
        ...said,
        mark: mark?.outline ?? [],
        iou: agreement?.iou ?? null,
        hit: agreement?.hit ?? null,
        distancePixels: agreement?.distancePixels ?? null,
        distanceMm: agreement?.distanceMm ?? null,
      });
    },
    count: async () => (await allAnswers()).length,
    async exportAs(form) {
      const answers = await allAnswers();
      const text = form === 'csv' ? answersCsv(answers) : JSON.stringify(answers, null, 2);
      const type = form === 'csv' ? 'text/csv' : 'application/json';
      download(new Blob([text], { type }), `explain-answers.${form}`);
    },
    clear: clearAnswers,
  };
}

/** Corners of a closed annotation: of a rectangle, in the order of its outline; of a contour, all its points. */
function cornersOf({ metadata, data }: Annotation): [number, number, number][] {
  const contour = data?.contour?.polyline;
  if (contour && contour.length >= 3) return contour;
  const points = data?.handles?.points ?? [];
  if (metadata?.toolName !== 'RectangleROI' || points.length !== 4) return [];
  // The viewer's tool keeps them row by row.
  const [topLeft, topRight, bottomLeft, bottomRight] = points;
  return [topLeft, topRight, bottomRight, bottomLeft];
}

/** Centre of the map's pixel with the largest value, on the film. */
function peakOf({ reply: { map, mapSize, geometry } }: Result): [number, number] {
  let peak = 0;
  for (let i = 1; i < map.length; i++) if (map[i] > map[peak]) peak = i;
  const { scaleX, scaleY, offsetX, offsetY } = geometry;
  const [u, v] = [(peak % mapSize.columns) + 0.5, Math.floor(peak / mapSize.columns) + 0.5];
  // A map that was read from the archive is of the film's own size.
  if (mapSize.rows === geometry.rows && mapSize.columns === geometry.columns) return [u, v];
  return [(u - offsetX) / scaleX, (v - offsetY) / scaleY];
}

/** Of rows and of columns, millimetres: calibrated, else at the detector. */
function spacingOf({ instance }: Target): [number, number] | undefined {
  for (const keyword of ['PixelSpacing', 'ImagerPixelSpacing']) {
    const [row, column] = textsOf(instance[keyword]).map(text => numberOf(text));
    if (
      textOf(instance[keyword]) !== undefined &&
      row !== undefined &&
      column !== undefined &&
      row > 0 &&
      column > 0
    )
      return [row, column];
  }
  return undefined;
}
