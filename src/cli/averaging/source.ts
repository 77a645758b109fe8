import type { ExplainContext } from '../../explain';
import { buildGenerator } from '../../models/networks/generator';
import { buildResNet } from '../../models/networks/resnet';
import { ofLabel } from '../../models/label-package';
import { loadModelPackage, readModelCard } from '../../models/package';
import { folderReader } from '../../io/folder-reader';

/** Where a thread gets its networks from. Plain data. */
export interface AveragingSource {
  /** Folder of the model package. */
  model: string;
  generators: string[];
  /** Index of the explained label, of independent ones. */
  label?: number;
  /** The paper's networks at its size instead, with seeded random weights; of the package, the card alone is used. */
  paperSizes?: boolean;
}

/** Loads, or builds, the networks; the same in every thread. */
export async function openSource({
  model,
  generators,
  label,
  paperSizes,
}: AveragingSource): Promise<ExplainContext> {
  const read = folderReader(model);
  if (!paperSizes) {
    const loaded = await loadModelPackage(read, { generators });
    return label === undefined ? loaded : ofLabel(loaded, label);
  }
  const card = await readModelCard(read);
  const input = { ...card.input, size: 224, channels: 3 as const };
  const { size, channels } = input;
  const classifier = buildResNet({ depth: 50, width: 64, size, channels, head: 'features', seed: 1 });
  const generator = buildGenerator({
    kind: 'single2',
    size,
    channels,
    width: 16,
    levels: 5,
    inputPooling: 1,
    outputLevel: 0,
    output: 'residual',
    residualBound: 0.35,
    seed: 2,
  });
  const entry = {
    kind: 'single2',
    path: 'single2',
    title: 'Single_2',
    output: 'residual',
    training: {},
  } as const;
  const { featureLayer } = classifier;
  return {
    card: {
      ...card,
      input,
      classifier: { ...card.classifier, featureLayer },
      generators: { single2: entry },
    },
    classifier: classifier.model,
    generators: { single2: generator.model },
  };
}
