import { Option, type Command } from 'commander';
import { predictionRanges } from '../models/augmentation';
import {
  generatorKinds,
  generatorOutputs,
  type GeneratorKind,
  type GeneratorOutput,
  type ModelCard,
} from '../models/card';
import type { GeneratorOptions } from '../models/networks/generator';
import type { ClassificationLoss, GeneratorConfig, MaskConfig, PairLossWeights } from '../training/config';
import { generatorFigures } from '../training/figures';
import { lossPreset, lossPresets, type LossPreset } from '../training/presets';
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
import { withBackend, type WithBackend } from './backend-option';

interface GeneratorCommandOptions extends CommonOptions, MaskWeightOptions {
  kind?: GeneratorKind;
  id?: string;
  preset: string;
  keep: 'last' | 'best';
  init?: string;
  initGenerator?: string;
  width: number;
  levels: number;
  inputPooling: number;
  outputLevel?: number;
  output: GeneratorOutput;
  residualBound: number;
  classificationStart?: number;
  classificationEnd?: number;
  similarClassification: number;
  adversarialClassification: number;
  weightDistance?: number;
  totalVariation?: number;
  similarL2?: number;
  similarL1?: number;
  adversarial?: number;
  pair?: number;
  target: 'score' | 'decision';
  classificationLoss?: ClassificationLoss['form'];
  margin: number;
  realism: number;
  similarRealism: number;
  discriminatorRate: number;
  cycle: number;
  paintedShare: number;
}

interface MaskWeightOptions {
  maskArea: number;
  maskAreaPower: number;
  maskKeep: number;
  maskDestroy: number;
  maskDestroyPower: number;
}

const kindTitles: Record<GeneratorKind, string> = {
  single1: 'Single_1',
  single2: 'Single_2',
  duo: 'Duo',
  naive: 'Naive adversarial',
  mask: 'Mask Generator',
};

export function registerTrainGenerator(train: Command): void {
  const command = train
    .command('generator')
    .description('Train a generator through the classifier of a model package, and add it to the package')
    .addOption(
      new Option('--kind <name>', 'generator (default: that of the preset, else single2)').choices([
        ...generatorKinds,
      ]),
    )
    .option('--id <name>', 'name of the generator inside the package (default: its kind)')
    .addOption(
      new Option('--preset <name>', 'loss weights (docs/training.md); the options below replace single ones')
        .choices(lossPresets.map(preset => preset.id))
        .default('annealed'),
    );
  addCommonOptions(command, {
    batch: 8,
    microBatch: 4,
    epochs: 20,
    imagesPerEpoch: 800,
    learningRate: 1e-3,
    weightDecay: 0,
    averageDecay: 0.98,
  });
  addNetworkOptions(command);
  addWeightOptions(command)
    .addOption(
      new Option('--keep <epoch>', 'which weights to keep: the annealed ones at the end, or the best epoch’s')
        .choices(['last', 'best'])
        .default('last'),
    )
    .option('--painted-share <number>', 'share of drawn negatives that get painted opacities', number, 0)
    .action(async (options: GeneratorCommandOptions) => trainGenerator(command, await withBackend(options)));
}

function addNetworkOptions(command: Command): Command {
  return command
    .option('--width <filters>', 'filters of the U-Net’s first level', count, 16)
    .option('--init <folder>', 'model package whose generator the training starts from')
    .option('--init-generator <id>', 'which generator of that package (default: the one named like its kind)')
    .option('--levels <number>', 'levels of the U-Net', count, 5)
    .option(
      '--input-pooling <factor>',
      'the U-Net sees the input averaged over blocks of this side',
      count,
      2,
    )
    .option(
      '--output-level <level>',
      'U-Net level of the heads; their result is up-sampled (default: 1; mask 0)',
      number,
    )
    .addOption(
      new Option('--output <form>', 'form of the output').choices([...generatorOutputs]).default('residual'),
    )
    .option('--residual-bound <number>', 'largest change of a residual output', number, 0.35);
}

function addWeightOptions(command: Command): Command {
  return command
    .option('--classification-start <weight>', 'weight of eq. (7) at the start', number)
    .option('--classification-end <weight>', 'and at the end, geometrically in between', number)
    .option('--similar-classification <factor>', 'factor of the term of x_s in eq. (7)', number, 1)
    .option('--adversarial-classification <factor>', 'factor of the term of x_a in eq. (7)', number, 1)
    .option('--weight-distance <weight>', 'λ_w of eq. (8)', number)
    .option('--total-variation <weight>', 'λ_tv of eq. (9); mask: total variation of the mask', number)
    .option('--similar-l2 <weight>', 'x_s–x, L2 (Table I)', number)
    .option('--similar-l1 <weight>', 'x_s–x, L1', number)
    .option('--adversarial <weight>', 'x_a–x, L1 + L2', number)
    .option('--pair <weight>', 'x_s–x_a, L1 + L2', number)
    .option('--mask-area <weight>', 'mask: of its mean to the power below', number, 0.5)
    .option('--mask-area-power <number>', 'mask', number, 0.3)
    .option('--mask-keep <weight>', 'mask: of −log p(image inside the mask)', number, 1)
    .option('--mask-destroy <weight>', 'mask: of p(image outside the mask) to the power below', number, 1)
    .option('--mask-destroy-power <number>', 'mask', number, 0.3)
    .addOption(
      new Option(
        '--classification-loss <form>',
        'eq. (7), two classes only, or eq. (10) (default: bce for two classes, else carlini-wagner)',
      ).choices(['bce', 'carlini-wagner']),
    )
    .option('--margin <logits>', 'κ of eq. (10)', number, 1)
    .option('--realism <weight>', 'of x_a as a film of the decision and view it is to show', number, 0)
    .option('--similar-realism <weight>', 'the same of x_s', number, 0)
    .option(
      '--discriminator-rate <factor>',
      'learning rate of the discriminator over the generator’s',
      number,
      0.4,
    )
    .option('--cycle <weight>', 'of the way back: x_a of x_a is x', number, 0)
    .addOption(
      new Option('--target <kind>', 'target of eq. (7)').choices(['score', 'decision']).default('score'),
    );
}

async function trainGenerator(
  command: Command,
  options: WithBackend<GeneratorCommandOptions>,
): Promise<void> {
  const card = await readCard(options.out);
  if (card.input.channels !== 1) throw new Error('Generators are trained for one grey channel so far.');
  const preset = lossPreset(options.preset);
  const kind = chooseKind(options, preset);
  const data = await openTrainingData(options, card.input, {
    paintedShare: options.paintedShare,
    boxedPositivesOnly: false,
  });
  const config =
    kind === 'mask'
      ? await maskConfig(command, options, card)
      : await pairConfig(command, options, card, kind, preset, data.views);
  const id = options.id ?? kind;
  const effective = config.kind === 'mask' ? config.weights : pairWeights(options, preset);
  process.stderr.write(`${id}: weights ${JSON.stringify(effective)}\n`);
  const result = await runTraining(
    id,
    options,
    {
      config,
      source: data.source,
      classifierFolder: options.out,
      initialFolder: options.init,
      initialGenerator: options.initGenerator,
    },
    options.keep,
    data,
    rows => generatorFigures(rows, data.truth),
  );
  try {
    await addGenerator(
      options.out,
      id,
      await result.team.export(result.weights),
      {
        kind,
        title: titleOf(kind, preset),
        output: kind === 'mask' ? 'plain' : options.output,
        training: {
          ...config,
          backend: options.backend,
          workers: options.workers,
          keptEpoch: result.keptEpoch,
          classifierSha256: card.files[card.classifier.path],
        },
        figures: { val: result.history[result.keptEpoch - 1] },
      },
      options.precision,
    );
    process.stderr.write(
      `Added ${id} to ${options.out} (epoch ${result.keptEpoch} of ${config.schedule.epochs}).\n`,
    );
  } finally {
    await result.team.stop();
  }
}

/** @throws Error when the preset is made for another kind of generator */
function chooseKind({ kind }: GeneratorCommandOptions, preset: LossPreset): GeneratorKind {
  if (kind && preset.kind && kind !== preset.kind) {
    throw new Error(`--preset ${preset.id} is for a generator of the kind ${preset.kind}, not ${kind}.`);
  }
  return kind ?? preset.kind ?? 'single2';
}

function titleOf(kind: GeneratorKind, preset: LossPreset): string {
  return preset.kind ? preset.title : kindTitles[kind];
}

function networkOf(
  options: WithBackend<GeneratorCommandOptions>,
  kind: GeneratorKind,
  size: number,
): GeneratorOptions {
  const { width, levels, inputPooling, output, residualBound, seed } = options;
  const outputLevel = options.outputLevel ?? (kind === 'mask' ? 0 : 1);
  return {
    kind,
    size,
    channels: 1,
    width,
    levels,
    inputPooling,
    outputLevel,
    output: kind === 'mask' ? 'plain' : output,
    residualBound,
    seed,
  };
}

/** The preset's weights with those that options replace. */
function pairWeights(
  options: WithBackend<GeneratorCommandOptions>,
  { weights }: LossPreset,
): PairLossWeights {
  const { similarity, classification } = weights;
  const start = options.classificationStart ?? classification.start;
  const end = options.classificationEnd ?? classification.end;
  if (!(start > 0 && end > 0)) throw new Error('The weight of eq. (7) must be above 0.');
  return {
    similarity: {
      similarL2: options.similarL2 ?? similarity.similarL2,
      similarL1: options.similarL1 ?? similarity.similarL1,
      adversarial: options.adversarial ?? similarity.adversarial,
      pair: options.pair ?? similarity.pair,
    },
    classification: { start, end },
    weightDistance: options.weightDistance ?? weights.weightDistance,
    totalVariation: options.totalVariation ?? weights.totalVariation,
  };
}

async function pairConfig(
  command: Command,
  options: WithBackend<GeneratorCommandOptions>,
  card: ModelCard,
  kind: GeneratorKind,
  preset: LossPreset,
  views: string[],
): Promise<GeneratorConfig> {
  return {
    kind: 'generator',
    preset: preset.id,
    network: networkOf(options, kind, card.input.size),
    schedule: scheduleOf(command, options, { batch: kind === 'duo' ? 4 : 8, epochs: 70 }),
    geometric: predictionRanges,
    ...pairWeights(options, preset),
    classificationTerms: {
      similar: options.similarClassification,
      adversarial: options.adversarialClassification,
    },
    classificationLoss: classificationLoss(options, card),
    target: options.target,
    ...realismOf(options, views),
    ...(options.cycle > 0 && { cycle: options.cycle }),
    paintedShare: options.paintedShare,
    ...(await initialOf(options, kind)),
    calibration: card.calibration,
    operatingPoint: card.operatingPoint,
  };
}

function realismOf(
  { realism, similarRealism, discriminatorRate }: GeneratorCommandOptions,
  views: string[],
): Pick<GeneratorConfig, 'realism'> {
  if (realism === 0 && similarRealism === 0) return {};
  return {
    realism: { adversarial: realism, similar: similarRealism, rateFactor: discriminatorRate, views },
  };
}

function classificationLoss(
  { classificationLoss: form, margin }: GeneratorCommandOptions,
  { id, classes }: ModelCard,
): ClassificationLoss {
  if (form === 'bce' && classes.length > 2) {
    throw new Error(
      `--classification-loss bce takes two classes; "${id}" has ${classes.length}: take carlini-wagner.`,
    );
  }
  const chosen = form ?? (classes.length > 2 ? 'carlini-wagner' : 'bce');
  return chosen === 'bce' ? { form: chosen } : { form: chosen, margin };
}

async function maskConfig(
  command: Command,
  options: WithBackend<GeneratorCommandOptions>,
  card: ModelCard,
): Promise<MaskConfig> {
  return {
    kind: 'mask',
    network: networkOf(options, 'mask', card.input.size),
    schedule: scheduleOf(command, options, { batch: 8, epochs: 70 }),
    geometric: predictionRanges,
    weights: {
      area: options.maskArea,
      areaPower: options.maskAreaPower,
      totalVariation: options.totalVariation ?? 0.5,
      keep: options.maskKeep,
      destroy: options.maskDestroy,
      destroyPower: options.maskDestroyPower,
    },
    paintedShare: options.paintedShare,
    ...(await initialOf(options, 'mask')),
    calibration: card.calibration,
    operatingPoint: card.operatingPoint,
  };
}

async function initialOf(
  { init, initGenerator }: GeneratorCommandOptions,
  kind: GeneratorKind,
): Promise<{ initialGenerator?: string }> {
  if (!init) return {};
  return { initialGenerator: await weightsHash(init, `generators/${initGenerator ?? kind}`) };
}
