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
      if (data[index] - data[index + 2] < 20) continue;
      count += 1;
      x += (index / 4) % width;
      y += Math.floor(index / 4 / width);
    }
    const ratio = width / canvas!.clientWidth;
    return { x: x / count / ratio, y: y / count / ratio, count };
  });
}
