import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { writeAtomically } from '../io/write-file';
import type { TrainingConfig } from '../training/config';
import { loggedTerms } from '../training/losses/logged';
import type { Panel } from '../training/task';
import type { EpochReport } from '../training/trainer';

/** Side of each picture on the page, pixels. */
const side = 112;

/** Keeps `training.html` in a training's folder up to date; its pictures lie beside it, so a resumed training keeps them. */
export class TrainingPageWriter {
  private readonly folder: string;

  constructor(
    private readonly work: string,
    private readonly title: string,
    private readonly settings: TrainingConfig,
    private readonly imageSize: number,
  ) {
    this.folder = path.join(work, 'pictures');
  }

  async write({ epoch, panels, history }: EpochReport): Promise<void> {
    if (panels.length > 0) {
      await writeAtomically(this.pictureFile(epoch), await drawPanels(panels, this.imageSize));
    }
    const known = new Set(await readdir(this.folder).catch(() => []));
    const epochs = history.map(async (figures, index) => {
      const file = this.pictureFile(index + 1);
      const picture = known.has(path.basename(file)) ? (await readFile(file)).toString('base64') : undefined;
      return { epoch: index + 1, figures, picture };
    });
    const { trainingPage } = await import('../report/training-page'); // the chart library loads slowly
    const page = trainingPage({
      title: this.title,
      terms: loggedTerms(this.settings),
      settings: JSON.stringify(this.settings, null, 2),
      epochs: await Promise.all(epochs),
      rows: panels.map(panel => panel.name),
    });
    await writeAtomically(path.join(this.work, 'training.html'), page);
  }

  private pictureFile(epoch: number): string {
    return path.join(this.folder, `epoch-${String(epoch).padStart(3, '0')}.jpg`);
  }
}

/** One row a panel, one column an image, as JPEG. */
async function drawPanels(panels: readonly Panel[], size: number): Promise<Buffer> {
  const gap = 2;
  const count = panels[0].images.length / size ** 2;
  const tiles = panels.flatMap(({ images }, row) =>
    Array.from({ length: count }, async (_, column) => {
      const pixels = Uint8Array.from(images.subarray(column * size ** 2, (column + 1) * size ** 2), value =>
        Math.round(255 * Math.min(1, Math.max(0, value))),
      );
      const tile = sharp(pixels, { raw: { width: size, height: size, channels: 1 } }).resize(side, side);
      return { input: await tile.png().toBuffer(), left: column * (side + gap), top: row * (side + gap) };
    }),
  );
  return sharp({
    create: {
      width: count * (side + gap) - gap,
      height: panels.length * (side + gap) - gap,
      channels: 3,
      background: 'white',
    },
  })
    .composite(await Promise.all(tiles))
    .jpeg({ quality: 85 })
    .toBuffer();
}
