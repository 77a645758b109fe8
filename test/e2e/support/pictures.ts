import type { Locator } from '@playwright/test';

/**
 * How far what the overlay draws looks like what the viewport draws below it: Pearson's correlation of their grey
 * values inside the image. Near 1 for a generated image that keeps to anatomy, window and polarity.
 */
export function likeness(pane: Locator): Promise<number> {
  return pane.evaluate(element => {
    const film = element.querySelector<HTMLCanvasElement>('canvas.cornerstone-canvas');
    const overlay = element.querySelector<HTMLCanvasElement>('canvas[data-cy="explain-overlay"]');
    if (!film || !overlay) return NaN;
    const { width, height } = overlay;
    const pixels = (source: HTMLCanvasElement): Uint8ClampedArray => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d')!;
      context.drawImage(source, 0, 0, width, height);
      return context.getImageData(0, 0, width, height).data;
    };
    const [below, above] = [pixels(film), pixels(overlay)];
    const pairs: [number, number][] = [];
    for (let index = 0; index < above.length; index += 4 * 7) {
      // Frame and banner are amber: only grey pixels are of the image.
      const grey = above[index] === above[index + 1] && above[index + 1] === above[index + 2];
      if (above[index + 3] === 255 && grey) pairs.push([below[index + 1], above[index + 1]]);
    }
    const mean = (which: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[which], 0) / pairs.length;
    const [meanBelow, meanAbove] = [mean(0), mean(1)];
    let [both, squareBelow, squareAbove] = [0, 0, 0];
    for (const [a, b] of pairs) {
      both += (a - meanBelow) * (b - meanAbove);
      squareBelow += (a - meanBelow) ** 2;
      squareAbove += (b - meanAbove) ** 2;
    }
    return both / Math.sqrt(squareBelow * squareAbove);
  });
}

/** Centre of gravity of the red mask in a viewport's own picture, CSS pixels, and the number of its pixels. */
export function maskInPicture(pane: Locator): Promise<{ x: number; y: number; count: number }> {
  return pane.evaluate(element => {
    const canvas = element.querySelector<HTMLCanvasElement>('canvas.cornerstone-canvas');
    const { width, height } = canvas!;
    const { data } = canvas!.getContext('2d')!.getImageData(0, 0, width, height);
    let [count, x, y] = [0, 0, 0];
    for (let index = 0; index < data.length; index += 4) {
      // The film is grey; the mask is warm, or cool where nothing was found.
      if (Math.abs(data[index] - data[index + 2]) < 20) continue;
      count += 1;
      x += (index / 4) % width;
      y += Math.floor(index / 4 / width);
    }
    const ratio = width / canvas!.clientWidth;
    return { x: x / count / ratio, y: y / count / ratio, count };
  });
}

/**
 * Moves the percentile's slider, and compares what is drawn while it moves with the labelmap in the viewer's own picture once it
 * rests: intersection over union of their dots, and the number of the labelmap's.
 *
 * @param isOutline whether outlines alone are drawn, opaque; else what is filled counts too
 */
export function previewAgainstLabelmap(
  pane: Locator,
  percentile: number,
  isOutline: boolean,
): Promise<{ iou: number; dots: number }> {
  return pane.evaluate(
    async (element, { percentile, isOutline }) => {
      const preview = (): HTMLCanvasElement | null =>
        element.querySelector('canvas[data-cy="explain-mask-preview"]');
      const frame = (): Promise<unknown> => new Promise(resolve => requestAnimationFrame(resolve));
      const slider = document.querySelector<HTMLInputElement>('[data-cy="explain-percentile"]')!;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(
        slider,
        String(percentile),
      );
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      while (preview()?.dataset.percentile !== String(percentile))
        await new Promise(done => setTimeout(done));
      const pixels = (canvas: HTMLCanvasElement): Uint8ClampedArray =>
        canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
      const drawn = pixels(preview()!);
      while (preview()) await frame();
      for (let i = 0; i < 2; i++) await frame();
      const picture = pixels(element.querySelector<HTMLCanvasElement>('canvas.cornerstone-canvas')!);
      if (picture.length !== drawn.length) throw new Error('The pictures differ in size.');
      const [opaque, red] = isOutline ? [200, 150] : [50, 20];
      let [both, either, dots] = [0, 0, 0];
      for (let i = 0; i < drawn.length; i += 4) {
        const isDrawn = drawn[i + 3] > opaque;
        const isMarked = picture[i] - picture[i + 2] > red;
        both += Number(isDrawn && isMarked);
        either += Number(isDrawn || isMarked);
        dots += Number(isMarked);
      }
      return { iou: both / either, dots };
    },
    { percentile, isOutline },
  );
}
