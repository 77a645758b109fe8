import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { version } from '../../package.json';
import { predictionRanges } from '../models/augmentation';
import type { InputSpec } from '../models/card';
import { sha256Hex } from '../models/hash';
import { fitPlatt, reliabilityTable } from '../training/calibration';
import type { ResNetOptions } from '../models/networks/resnet';
import type { ClassifierConfig, DistractorConfig } from '../training/config';
import { classifierFigures } from '../training/figures';
import { operatingPoint, type OperatingPointRule } from '../training/operating-point';
import { writeAtomically } from '../training/files';
import { readCard, weightsHash, writeCard, writeNetwork } from '../training/write-package';
import { readAbout } from './about';
import {
  addCommonOptions,
  count,
  number,
  openTrainingData,
  runTraining,
  scheduleOf,
  type CommonOptions,
} from './train-options';
import { withBackend, type WithBackend } from './backend-option';

interface ClassifierOptions extends CommonOptions {
  about: string;
  augmentation: 'strong' | 'light';
  depth: 18 | 50;
  width: number;
  size: number;
  head: ResNetOptions['head'];
  positives: 'all' | 'boxed';
  init?: string;
  streakShare: number;
  distractors?: string[];
  distractorShare: number;
  permuteLabels?: boolean;
  keep: 'best' | 'last';
  cellWeight: number;
  positiveCellWeight: number;
  paintedShare: number;
  labelSmoothing: number;
  classWeights: [number, number];
  operatingPoint: OperatingPointRule;
}

const augmentations: Record<
  ClassifierOptions['augmentation'],
  Pick<ClassifierConfig, 'geometric' | 'photometric'>
> = {
  strong: {
    geometric: {
      rotationDegrees: 15,
      shiftFraction: 0.12,
      zoom: [0.95, 1.43],
      horizontalFlip: true,
      verticalFlip: false,
    },
    photometric: { contrast: 0.25, brightness: 0.15, erased: { count: 2, side: [0.09, 0.3125] } },
  },
  light: {
    geometric: predictionRanges,
    photometric: { contrast: 0.25, brightness: 0.15, erased: { count: 0, side: [0, 0] } },
  },
};

export function registerTrainClassifier(train: Command): void {
  const command = train
    .command('classifier')
    .description(
      'Train a ResNet v2 with one logit, calibrate it on the validation split, write a model package',
    )
    .requiredOption('--about <file>', 'what the card says of the model beyond its training (JSON)');
  addCommonOptions(command, {
    batch: 16,
    microBatch: 8,
    epochs: 14,
    imagesPerEpoch: 1504,
    learningRate: 6e-4,
    weightDecay: 0.05,
    averageDecay: 0.98,
  })
    .addOption(
      new Option(
        '--augmentation <strength>',
        'light: prediction-time ranges, nothing erased (enough for endless data)',
      )
        .choices(['strong', 'light'])
        .default('strong'),
    )
    .option('--depth <layers>', '18 or 50', depth, 18)
    .option('--width <filters>', 'filters of the first stage', count, 32)
    .option('--size <pixels>', 'side of the input', count, 224)
    .addOption(
      new Option('--head <name>', 'what the logit sees: averaged features, or the scores of the last cells')
        .choices(['features', 'cells'])
        .default('features'),
    )
    .addOption(
      new Option('--positives <which>', 'boxed: leave out positives whose opacities are not boxed')
        .choices(['all', 'boxed'])
        .default('all'),
    )
    .option(
      '--init <folder>',
      'model package whose classifier the training starts from (default: random weights)',
    )
    .option('--streak-share <number>', 'share of drawn images that get bars which mean nothing', number, 0)
    .option(
      '--distractors <folders...>',
      'model packages whose generators’ changes for other images are painted into drawn ones',
    )
    .option('--distractor-share <number>', 'share of drawn images that carry such a change', number, 0.5)
    .option(
      '--cell-weight <number>',
      'weight of the cell loss on boxed opacities; 0 for labels alone',
      number,
      1,
    )
    .option('--positive-cell-weight <number>', 'weight of covered cells against empty ones', number, 3)
    .option('--painted-share <number>', 'share of drawn negatives that get painted opacities', number, 0.2)
    .addOption(
      new Option(
        '--keep <epoch>',
        'which weights to keep: those of the highest validation AUC, or those at the end',
      )
        .choices(['best', 'last'])
        .default('best'),
    )
    .option('--label-smoothing <number>', 'image targets are this and 1 minus this', number, 0.05)
    .option('--permute-labels', 'draw the training labels by lot: a control (docs/trust.md)')
    .option(
      '--class-weights <negative,positive>',
      'factors of the image loss of each class',
      classWeights,
      [1, 1],
    )
    .option(
      '--operating-point <rule>',
      'on the calibrated validation scores: a number, youden, or sensitivity:0.95',
      operatingPointRule,
      { rule: 'fixed', value: 0.5 },
    )
    .action(async (options: ClassifierOptions) => trainClassifier(command, await withBackend(options)));
}

async function trainClassifier(command: Command, options: WithBackend<ClassifierOptions>): Promise<void> {
  const about = await readAbout(options.about);
  const { classes } = about.card;
  if (classes?.length !== 2) throw new Error(`${options.about} must name the two classes that are trained.`);
  const input: InputSpec = {
    size: options.size,
    channels: 1,
    range: [0, 1],
    fit: about.fit ?? 'stretch',
    equalise: true,
  };
  const config = await classifierConfig(command, options);
  const { paintedShare, boxedPositivesOnly } = config;
  const data = await openTrainingData(options, input, { paintedShare, boxedPositivesOnly });
  const result = await runTraining(
    'classifier',
    options,
    {
      config,
      source: data.source,
      distractorFolders: options.distractors,
      initialFolder: options.init,
    },
    options.keep,
    data,
    rows => classifierFigures(rows, data.truth),
  );
  try {
    result.team.state.average.set(result.weights);
    const rows = await result.team.validate();
    const logits = rows.map(([, logit]) => logit);
    const labels = rows.map(([index]) => data.truth.labels[index]);
    // Labels by lot say nothing of the validation images: there is nothing to calibrate by.
    const platt = config.permutedLabels ? { slope: 1, intercept: 0 } : fitPlatt(logits, labels);
    const scores = logits.map(logit => 1 / (1 + Math.exp(-(platt.slope * logit + platt.intercept))));
    const hashes = await writeNetwork(
      options.out,
      'classifier',
      await result.team.export(result.weights),
      options.precision,
    );
    await writeCard(options.out, {
      schemaVersion: 1,
      ...about.card,
      classes,
      codeVersion: version,
      input,
      operatingPoint: operatingPoint(scores, labels, options.operatingPoint),
      calibration: {
        method: 'platt',
        ...platt,
        fittedOn: 'val',
        reliability: reliabilityTable(scores, labels),
      },
      trainingData: {
        description: data.description,
        ...(data.splitManifest && { splitManifest: await writeManifest(options.out, data.splitManifest) }),
        counts: data.counts,
      },
      classifier: {
        path: 'classifier/model.json',
        architecture: `ResNet${options.depth} v2, width ${options.width}, logit from ${options.head}`,
        featureLayer: 'features_relu',
        training: {
          ...config,
          backend: options.backend,
          workers: options.workers,
          keptEpoch: result.keptEpoch,
          operatingPointRule: options.operatingPoint,
        },
        figures: { val: result.history[result.keptEpoch - 1] },
      },
      generators: {},
      augmentation: { ...predictionRanges, count: 10 },
      files: hashes,
    });
    process.stderr.write(`Wrote ${options.out} (epoch ${result.keptEpoch} of ${options.epochs}).\n`);
  } finally {
    await result.team.stop();
  }
}

function depth(text: string): 18 | 50 {
  if (text !== '18' && text !== '50') throw new InvalidArgumentError('It must be 18 or 50.');
  return text === '18' ? 18 : 50;
}

function classWeights(text: string): [number, number] {
  const parts = text.split(',').map(number);
  if (parts.length !== 2) throw new InvalidArgumentError('It must be two numbers, e.g. 1,2.');
  return [parts[0], parts[1]];
}

/** Reads `--operating-point`. */
export function operatingPointRule(text: string): OperatingPointRule {
  if (text === 'youden') return { rule: 'youden' };
  const value = Number(text.replace(/^sensitivity:/, ''));
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError(
      'It must be youden, sensitivity:S or a number, S and the number between 0 and 1.',
    );
  }
  return { rule: text.startsWith('sensitivity:') ? 'sensitivity' : 'fixed', value };
}

/** Writes which image was in which split beside the card. */
async function writeManifest(folder: string, text: string): Promise<{ path: string; sha256: string }> {
  await writeAtomically(path.join(folder, 'split.csv'), text);
  return { path: 'split.csv', sha256: sha256Hex(new TextEncoder().encode(text)) };
}

async function classifierConfig(
  command: Command,
  options: WithBackend<ClassifierOptions>,
): Promise<ClassifierConfig> {
  return {
    kind: 'classifier',
    network: {
      depth: options.depth,
      width: options.width,
      size: options.size,
      channels: 1,
      head: options.head,
      seed: options.seed,
    },
    schedule: scheduleOf(command, options, { batch: 32, epochs: 50 }),
    ...augmentations[options.augmentation],
    labelSmoothing: options.labelSmoothing,
    classWeights: options.classWeights,
    cellWeight: options.cellWeight,
    positiveCellWeight: options.positiveCellWeight,
    paintedShare: options.paintedShare,
    boxedPositivesOnly: options.positives === 'boxed',
    permutedLabels: options.permuteLabels === true,
    distractors: await distractorConfig(options),
    ...(options.init && { initialClassifier: await weightsHash(options.init, 'classifier') }),
  };
}

async function distractorConfig({
  streakShare,
  distractors = [],
  distractorShare,
}: WithBackend<ClassifierOptions>): Promise<DistractorConfig> {
  const generators = await Promise.all(
    distractors.map(async folder => {
      const { defaultGenerator } = await readCard(folder);
      if (!defaultGenerator) throw new Error(`--distractors: ${folder} has no generator.`);
      return weightsHash(folder, `generators/${defaultGenerator}`);
    }),
  );
  return {
    streakShare,
    changeShare: distractors.length > 0 ? distractorShare : 0,
    changesEach: 400,
    generators,
  };
}
