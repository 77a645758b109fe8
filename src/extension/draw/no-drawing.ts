import type { CornerstoneTools, CornerstoneViewport } from '../host/ohif-types';

/** Whether a press of the first mouse button, or a touch, begins an annotation in a viewport. */
export function wouldDraw(
  tools: CornerstoneTools | undefined,
  { id, renderingEngineId }: Pick<CornerstoneViewport, 'id' | 'renderingEngineId'>,
): boolean {
  const group = tools?.ToolGroupManager?.getToolGroupForViewport(id, renderingEngineId);
  const name = group?.getActivePrimaryMouseButtonTool?.();
  return name !== undefined && group?.getToolInstance(name)?.addNewAnnotation !== undefined;
}

/**
 * Keeps annotations from being begun in a viewport: before the viewer is told of the press.
 *
 * @param refuses whether one is to be kept off now
 * @param refused told of each that was
 * @returns what ends it
 */
export function refuseDrawing(element: HTMLElement, refuses: () => boolean, refused: () => void): () => void {
  const pressed = (event: Event): void => {
    if (('button' in event && event.button !== 0) || !refuses()) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    refused();
  };
  const names = ['mousedown', 'touchstart'];
  for (const name of names) element.addEventListener(name, pressed, { capture: true });
  return () => {
    for (const name of names) element.removeEventListener(name, pressed, { capture: true });
  };
}
