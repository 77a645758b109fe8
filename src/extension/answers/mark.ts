import {
  cornerstoneEvents,
  type Annotation,
  type Cornerstone,
  type CornerstoneTools,
} from '../host/ohif-types';
import type { Target } from '../host/host-image';
import { planeOf, toPixels } from '../study/image-plane';

/** The reader's own mark on a film. */
export interface ReaderMark {
  /** Of the viewer's annotation. */
  uid: string;
  imageId: string;
  outline: [x: number, y: number][];
}

/**
 * The annotation on a film that is selected, else the last closed one, or the one of a UID; undefined without one.
 *
 * @param film.leftOut UIDs of annotations that are no marks on the film
 */
export function markOn(
  {
    target,
    tools,
    cornerstone,
    leftOut = new Set(),
  }: { target: Target; tools: CornerstoneTools; cornerstone: Cornerstone; leftOut?: ReadonlySet<string> },
  uid?: string,
): ReaderMark | undefined {
  const { annotation } = tools;
  const plane = planeOf(target, cornerstone);
  if (!annotation || !plane) return undefined;
  const { imageId } = target;
  const closed = annotation.state
    .getAllAnnotations()
    .filter(each => each.metadata?.referencedImageId === imageId && cornersOf(each).length >= 3)
    .filter(({ annotationUID }) => !leftOut.has(annotationUID ?? ''));
  const selected = uid === undefined ? (annotation.selection?.getAnnotationsSelected() ?? []) : [uid];
  const chosen = closed.filter(({ annotationUID }) => selected.includes(annotationUID ?? '')).at(-1);
  const taken = chosen ?? (uid === undefined ? closed.at(-1) : undefined);
  return (
    taken && {
      uid: taken.annotationUID ?? '',
      imageId,
      outline: cornersOf(taken).map(corner => toPixels(plane, corner)),
    }
  );
}

/** Told whenever an annotation was moved, drawn anew or removed. @returns what ends it */
export function onAnnotations({ eventTarget }: Cornerstone, changed: () => void): () => void {
  const names = [
    cornerstoneEvents.annotationCompleted,
    cornerstoneEvents.annotationModified,
    cornerstoneEvents.annotationRemoved,
  ];
  for (const name of names) eventTarget.addEventListener(name, changed);
  return () => {
    for (const name of names) eventTarget.removeEventListener(name, changed);
  };
}

/** Told of every annotation that was just drawn, by its UID. @returns what ends it */
export function onDrawn({ eventTarget }: Cornerstone, drawn: (uid: string) => void): () => void {
  const listener = (event: Event): void => {
    const { annotation } = (event as CustomEvent<{ annotation?: Annotation } | undefined>).detail ?? {};
    if (annotation?.annotationUID !== undefined) drawn(annotation.annotationUID);
  };
  eventTarget.addEventListener(cornerstoneEvents.annotationCompleted, listener);
  return () => eventTarget.removeEventListener(cornerstoneEvents.annotationCompleted, listener);
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
