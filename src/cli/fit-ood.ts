import path from 'node:path';
import type { Command } from 'commander';
import {
  fitOutliers,
  kept,
  outlierOptions,
  type OutlierFit,
  type OutlierOptions,
} from '../evaluation/fit-outliers';
import { writeAtomically } from '../io/write-file';
import type { ModelCard } from '../models/card';
import { encodeDistribution } from '../models/distribution';
import { sha256Hex } from '../models/hash';
import { classifierHash } from '../models/package';
import { freeName } from '../training/package-files';
import { updateCard } from '../training/write-package';
import { requirePackage } from './open-model';
import { addOptions } from './options';
import { terminal } from './progress';

/** Adds `explain fit-ood`. */
export function registerFitOod(program: Command): void {
  const command = program
    .command('fit-ood')
    .description('Fit how far from its training images an image may lie, and write it into the model card');
  addOptions(command, outlierOptions).action((options: OutlierOptions) => fit(options));
}

async function fit(options: OutlierOptions): Promise<void> {
  await requirePackage(options.model);
  const found = await fitOutliers(options, terminal);
  await writeFit(options, found);
  for (const [name, { images: n, flagged: above, refused }] of Object.entries(found.figures)) {
    process.stdout.write(
      `${name}: ${above} of ${n} above the threshold (${((100 * above) / n).toFixed(1)} %), ${refused} above the limit\n`,
    );
  }
  process.stdout.write(
    `Threshold ${found.threshold.toFixed(3)}, limit ${found.limit.toFixed(3)}, written into ${options.model}/model-card.json\n`,
  );
}

async function writeFit(
  { model, components }: OutlierOptions,
  { card: measured, distribution, layers, threshold, limit, fittedTo, figures }: OutlierFit,
): Promise<void> {
  const bytes = encodeDistribution(distribution);
  const add = async (card: ModelCard): Promise<ModelCard> => {
    // The fit that the card names stays until the card names this one.
    const file = freeName(card, 'out-of-distribution.bin');
    await writeAtomically(path.join(model, file), bytes);
    const { [card.outOfDistribution?.path ?? '']: _replaced, ...files } = card.files;
    return {
      ...card,
      outOfDistribution: {
        path: file,
        components,
        quantile: kept,
        classifierSha256: classifierHash(card),
        layers,
        threshold,
        limit,
        figures: { fittedTo, ...figures },
      },
      files: { ...files, [file]: sha256Hex(bytes) },
    };
  };
  await updateCard(model, add, measured);
}
