import { Option, type Command } from 'commander';
import { predictionRanges } from '../models/augmentation';
import { generatorKinds, type GeneratorKind } from '../models/card';
import type { GeneratorConfig } from '../training/config';
import { generatorFigures } from '../training/figures';
import { addGenerator, readCard, weightsHash } from '../training/write-package';
import {
  addCommonOptions,
  count,
  number,
  openTrainingData,
  runTraining,
  scheduleOf,
  type CommonOptions,
} from './train-options';

interface GeneratorCommandOptions extends CommonOptions {
  kind: GeneratorKind;
  keep: 'last' | 'best';
  init?: string;
  width: number;
  levels: number;
  inputPooling: number;
  outputLevel: number;
  output: 'plain' | 'residual';
  residualBound: number;
  classificationStart: number;
  classificationEnd: number;
  weightDistance: number;
  totalVariation: number;
  similarL2: number;
  similarL1: number;
  adversarial: number;
  pair: number;
  target: 'score' | 'decision';
  paintedShare: number;
}

const titles: Record<GeneratorKind, string> = {
  single1: 'Single_1 (W, TV)',
  single2: 'Single_2 (W, TV)',
  duo: 'Duo (W, TV)',
  naive: 'Naive adversarial (TV)',
  mask: 'Mask Generator',
};

export function registerTrainGenerator(train: Command): void {
  const command = train
    .command('generator')
    .description('Train a generator through the classifier of a model package, and add it to the package')
    .addOption(new Option('--kind <name>', 'generator').choices([...generatorKinds]).default('single2'));
  addCommonOptions(command, {
    batch: 8,
    microBatch: 4,
    epochs: 20,
    imagesPerEpoch: 800,
    learningRate: 1e-3,
    weightDecay: 0,
    averageDecay: 0.98,
  })
    .option('--width <filters>', 'filters of the U-Net’s first level', count, 16)
    .option('--init <folder>', 'model package whose generator of this kind the training starts from')
    .option('--levels <number>', 'levels of the U-Net', count, 5)
    .option(
      '--input-pooling <factor>',
      'the U-Net sees the input averaged over blocks of this side',
      count,
      2,
    )
    .option('--output-level <level>', 'U-Net level of the heads; their result is up-sampled', number, 1)
    .addOption(
      new Option('--output <form>', 'form of the output').choices(['plain', 'residual']).default('residual'),
    )
    .option('--residual-bound <number>', 'largest change of a residual output', number, 0.35)
    .option('--classification-start <weight>', 'weight of eq. (7) at the start', number, 1)
    .option('--classification-end <weight>', 'and at the end, geometrically in between', number, 0.05)
    .option('--weight-distance <weight>', 'λ_w of eq. (8)', number, 0.002)
    .option('--total-variation <weight>', 'λ_tv of eq. (9)', number, 0.5)
    .option('--similar-l2 <weight>', 'x_s–x, L2 (Table I)', number, 3)
    .option('--similar-l1 <weight>', 'x_s–x, L1', number, 1)
    .option('--adversarial <weight>', 'x_a–x, L1 + L2', number, 1)
    .option('--pair <weight>', 'x_s–x_a, L1 + L2', number, 0.2)
    .addOption(
      new Option('--target <kind>', 'target of eq. (7)').choices(['score', 'decision']).default('score'),
    )
    .addOption(
      new Option('--keep <epoch>', 'which weights to keep: the annealed ones at the end, or the best epoch’s')
        .choices(['last', 'best'])
        .default('last'),
    )
    .option('--painted-share <number>', 'share of drawn negatives that get painted opacities', number, 0)
    .action((options: GeneratorCommandOptions) => trainGenerator(options));
}

async function trainGenerator(options: GeneratorCommandOptions): Promise<void> {
  const card = await readCard(options.out);
  if (card.input.channels !== 1) throw new Error('Generators are trained for one grey channel so far.');
  const config = await generatorConfig(options, card.input.size, card.calibration);
  const data = await openTrainingData(options, card.input, {
    paintedShare: options.paintedShare,
    boxedPositivesOnly: false,
  });
  const result = await runTraining(
    options.kind,
    options,
    { config, source: data.source, classifierFolder: options.out, initialFolder: options.init },
    options.keep,
    rows => generatorFigures(rows, data.truth),
  );
  try {
    await addGenerator(options.out, options.kind, await result.team.export(result.weights), {
      kind: options.kind,
      title: titles[options.kind],
      output: options.output,
      training: {
        ...config,
        backend: options.backend,
        workers: options.workers,
        keptEpoch: result.keptEpoch,
        classifierSha256: card.files[card.classifier.path],
      },
      figures: { val: result.history[result.keptEpoch - 1] },
    });
    process.stderr.write(
      `Added ${options.kind} to ${options.out} (epoch ${result.keptEpoch} of ${options.epochs}).\n`,
    );
  } finally {
    await result.team.stop();
  }
}

async function generatorConfig(
  options: GeneratorCommandOptions,
  size: number,
  calibration: GeneratorConfig['calibration'],
): Promise<GeneratorConfig> {
  const { kind, width, levels, inputPooling, outputLevel, output, residualBound, seed } = options;
  return {
    kind: 'generator',
    network: {
      kind,
      size,
      channels: 1,
      width,
      levels,
      inputPooling,
      outputLevel,
      output,
      residualBound,
      seed,
    },
    schedule: scheduleOf(options),
    geometric: predictionRanges,
    similarity: {
      similarL2: options.similarL2,
      similarL1: options.similarL1,
      adversarial: options.adversarial,
      pair: options.pair,
    },
    classification: { start: options.classificationStart, end: options.classificationEnd },
    weightDistance: options.weightDistance,
    totalVariation: options.totalVariation,
    target: options.target,
    paintedShare: options.paintedShare,
    ...(options.init && { initialGenerator: await weightsHash(options.init, `generators/${kind}`) }),
    calibration,
  };
}
