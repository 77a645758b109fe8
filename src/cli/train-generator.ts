import type { Command } from 'commander';
import { predictionRanges } from '../models/augmentation';
import type { ModelCard } from '../models/card';
import { labelIndex } from '../models/label';
import { pairKinds } from '../models/generator-choice';
import { kindFacts, makesImages, type GeneratorKind } from '../models/generator-kinds';
import type { GeneratorOptions } from '../models/networks/generator';
import type { GeneratorConfig, MaskConfig } from '../training/config';
import {
  generatorOptions,
  generatorSchedule,
  type GeneratorOptions as GeneratorCommandOptions,
} from '../training/generator-options';
import { answerKind } from '../training/answers';
import { decisionRule } from '../training/frozen-classifier';
import { generatorCautions } from '../training/default-generator';
import { generatorFigures } from '../training/figures';
import { hasHeadsAt } from '../training/initial-heads';
import { maskSettings } from '../training/losses/mask';
import { pairSettings } from '../training/losses/pair';
import type { TrainedFor } from '../training/losses/term';
import { generatorTitle, presetFor, type LossPreset } from '../training/presets';
import { addGenerator, readCard, weightsHash } from '../training/write-package';
import { addOptions, givenOptions, overlay } from './options';
import { openTrainingData, runTraining, scheduleOf } from './run-training';
import { settingsText } from './settings-text';
import { warnLine } from './terminal';
import { withBackend, type WithBackend } from './backend-option';
import { requirePackage } from './open-model';

/** Options with those of their preset. */
type WeightedOptions = WithBackend<GeneratorCommandOptions> & { preset: string };

export function registerTrainGenerator(train: Command): void {
  const command = train
    .command('generator')
    .description('Train a generator through the classifier of a model package, and add it to the package');
  addOptions(command, generatorOptions).action(async (options: GeneratorCommandOptions) =>
    trainGenerator(givenOptions(command, generatorOptions), await withBackend(options)),
  );
}

async function trainGenerator(
  given: ReadonlySet<string>,
  options: WithBackend<GeneratorCommandOptions>,
): Promise<void> {
  await requirePackage(options.out, '--out');
  const card = await readCard(options.out);
  const labels = trainedLabels(card, options.label);
  if (card.input.channels !== 1) throw new Error('Generators are trained for one grey channel so far.');
  const preset = presetFor(options.kind, options.preset);
  const kind = chooseKind(options, preset);
  const data = await openTrainingData(
    options,
    card.input,
    {
      paintedShare: options.paintedShare,
      boxedPositivesOnly: false,
    },
    answerKind(card, labels),
  );
  const weighted = { ...overlay<typeof options>(options, preset.options, given), preset: preset.id };
  const trainedFor = {
    model: card.id,
    classes: labels ? 2 : card.classes.length,
    classNames: card.classes.map(({ name }) => name),
    hasLabels: labels !== undefined,
    views: data.views,
  };
  const config = makesImages(kind)
    ? await pairConfig(given, weighted, card, labels, kind, trainedFor)
    : await maskConfig(given, weighted, card, labels, kind, trainedFor);
  const named = labels?.map(label => card.classes[label].name);
  const id = options.id ?? (named?.length === 1 ? `${kind}-${slugOf(named[0])}` : kind);
  const loss = config.kind === 'mask' ? config.weights : pairSettings(weighted, trainedFor);
  if (!options.preset && preset.id === kind)
    warnLine(`${kind} stands for its loss too: --preset ${preset.id} is taken, for no other is named.`);
  warnLine(`${id}: settings of the loss, as the card will record them`);
  settingsText(loss).forEach(line => warnLine(`  ${line}`));
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
        title: generatorTitle(kind, preset),
        output: config.network.output,
        ...(named && { labels: named }),
        training: {
          ...config,
          backend: options.backend,
          workers: options.workers,
          keptEpoch: result.keptEpoch,
          classifierSha256: card.files[card.classifier.path],
        },
        figures: { val: result.history[result.keptEpoch - 1] },
      },
      options,
    );
    process.stderr.write(
      `Added ${id} to ${options.out} (epoch ${result.keptEpoch} of ${config.schedule.epochs}).\n`,
    );
    generatorCautions(card, await readCard(options.out), id).forEach(line => warnLine(line));
  } finally {
    await result.team.stop();
  }
}

/** @throws Error when the preset is made for another kind of generator */
function chooseKind({ kind }: GeneratorCommandOptions, preset: LossPreset): GeneratorKind {
  if (kind && preset.kind && kind !== preset.kind) {
    throw new Error(`--preset ${preset.id} is for a generator of the kind ${preset.kind}, not ${kind}.`);
  }
  return kind ?? preset.kind ?? pairKinds[0];
}

/**
 * Indexes of the labels that are asked for; undefined of a model whose classes exclude each other.
 *
 * @throws RangeError naming the labels where none, or one that is not there, is asked for
 */
function trainedLabels(card: ModelCard, asked: readonly string[] = []): number[] | undefined {
  const indexes = (asked.length > 0 ? asked : [undefined]).map(name => labelIndex(card, name));
  const labels = indexes.filter(index => index !== undefined);
  return labels.length > 0 ? [...new Set(labels)] : undefined;
}

/** A label's name as part of an id. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function networkOf(
  options: WithBackend<GeneratorCommandOptions>,
  kind: GeneratorKind,
  size: number,
  labels: readonly number[] = [],
): GeneratorOptions {
  const { width, levels, inputPooling, output, subPixel, localContrast, residualBound, seed } = options;
  const outputLevel = options.outputLevel ?? kindFacts(kind).defaults.outputLevel;
  return {
    kind,
    size,
    channels: 1,
    width,
    levels,
    inputPooling,
    outputLevel,
    output: makesImages(kind) ? output : 'plain',
    ...(subPixel && { subPixel }),
    residualBound,
    ...(localContrast && { localContrast }),
    seed,
    ...(labels.length > 1 && { labels: labels.length }),
  };
}

async function pairConfig(
  given: ReadonlySet<string>,
  options: WeightedOptions,
  card: ModelCard,
  labels: readonly number[] | undefined,
  kind: GeneratorKind,
  trainedFor: TrainedFor,
): Promise<GeneratorConfig> {
  const network = networkOf(options, kind, card.input.size, labels);
  return {
    kind: 'generator',
    preset: options.preset,
    network,
    schedule: scheduleOf(generatorSchedule, options, given, {
      batch: kindFacts(kind).defaults.batch,
      epochs: 70,
    }),
    geometric: predictionRanges,
    ...pairSettings(options, trainedFor),
    paintedShare: options.paintedShare,
    ...(await initialOf(options, network)),
    ...decisionRule(card, labels),
  };
}

async function maskConfig(
  given: ReadonlySet<string>,
  options: WeightedOptions,
  card: ModelCard,
  labels: readonly number[] | undefined,
  kind: GeneratorKind,
  trainedFor: TrainedFor,
): Promise<MaskConfig> {
  const network = networkOf(options, kind, card.input.size, labels);
  return {
    kind: 'mask',
    network,
    schedule: scheduleOf(generatorSchedule, options, given, {
      batch: kindFacts(kind).defaults.batch,
      epochs: 70,
    }),
    geometric: predictionRanges,
    weights: maskSettings(options, trainedFor),
    paintedShare: options.paintedShare,
    ...(await initialOf(options, network)),
    ...decisionRule(card, labels),
  };
}

async function initialOf(
  { init, initGenerator }: GeneratorCommandOptions,
  { kind, outputLevel }: GeneratorOptions,
): Promise<{ initialGenerator?: string }> {
  if (!init) return {};
  const id = initGenerator ?? kind;
  if (!hasHeadsAt(outputLevel, (await readCard(init)).generators[id]?.training))
    warnLine(`The heads of ${id} of ${init} sit at another level: those of this generator start anew.`);
  return { initialGenerator: await weightsHash(init, { generator: id }) };
}
