/** What a viewport's canvases lie in, and its size in dots of the screen. */
export function placeOver(element: HTMLElement): {
  parent: HTMLElement;
  width: number;
  height: number;
  ratio: number;
} {
  const parent = element.querySelector<HTMLElement>('.viewport-element') ?? element;
  const ratio = window.devicePixelRatio || 1;
  return {
    parent,
    width: Math.round(parent.clientWidth * ratio),
    height: Math.round(parent.clientHeight * ratio),
    ratio,
  };
}

/**
 * A canvas over a viewport's picture, empty and as large as the viewport in dots of the screen.
 *
 * @param element of the viewport
 * @param kept the canvas of before; undefined: one is made
 * @param name its `data-cy`
 * @param below what lies over it, as a selector
 * @param settings of its context
 */
export function clearedCanvas(
  element: HTMLElement,
  kept: HTMLCanvasElement | undefined,
  name: string,
  below: string,
  settings?: CanvasRenderingContext2DSettings,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D; ratio: number } {
  const { parent, width, height, ratio } = placeOver(element);
  const canvas = kept ?? createCanvas(name);
  if (canvas.parentElement !== parent) parent.insertBefore(canvas, parent.querySelector(below));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d', settings)!;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  return { canvas, context, ratio };
}

function createCanvas(name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.dataset.cy = name;
  canvas.setAttribute('aria-hidden', 'true');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none;';
  return canvas;
}
