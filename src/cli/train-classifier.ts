import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { version } from '../../package.json';
import { predictionRanges } from '../models/augmentation';
import type { InputSpec, ModelCard } from '../models/card';
import { sha256Hex } from '../models/hash';
import { answerKind, hasHeadOf, type AnswerKind } from '../training/answers';
import { calibratedAnswers } from '../training/calibrated-answers';
import {
  classifierOptions,
  classifierSchedule,
  type ClassifierOptions,
} from '../training/classifier-options';
import type { ClassifierConfig, DistractorConfig } from '../training/config';
import { classifierFigures } from '../training/figures';
import { classifierLossSettings } from '../training/losses/classifier';
import { writeAtomically } from '../io/write-file';
import { freeName } from '../training/package-files';
import { readCard, weightsHash, withCardLock, writeCard, writeNetwork } from '../training/write-package';
import { readAbout } from './about';
import { addOptions, givenOptions } from './options';
import { openTrainingData, runTraining, scheduleOf, workFolder } from './run-training';
import { withBackend, type WithBackend } from './backend-option';
import { warnLine } from './terminal';

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
      'Train a ResNet v2 with a logit, or one for each label or class, calibrate it on the validation split, write a model package',
    );
  addOptions(command, classifierOptions).action(async (options: ClassifierOptions) =>
    trainClassifier(givenOptions(command, classifierOptions), await withBackend(options)),
  );
}

async function trainClassifier(
  given: ReadonlySet<string>,
  options: WithBackend<ClassifierOptions>,
): Promise<void> {
  const about = await readAbout(options.about);
  await refuseLosing(options.out);
  const { classes } = about.card;
  if (!classes) throw new Error(`${options.about} must name the classes or labels that are trained.`);
  const answers = answerKind({ classes, independent: about.card.independent });
  if (answers.kind !== 'labels' && classes.length < 2)
    throw new Error(`${options.about} must name two classes or more.`);
  if (about.card.id !== path.basename(path.resolve(options.out)))
    warnLine(
      `The package will be called "${about.card.id}", as ${options.about} says; its folder is ${options.out}.`,
    );
  const input: InputSpec = {
    size: options.size,
    channels: 1,
    range: [0, 1],
    fit: about.fit ?? 'stretch',
    equalise: true,
  };
  const config = await classifierConfig(given, options, answers);
  const { init } = options;
  if (init && !hasHeadOf(config.network, await readCard(init)))
    warnLine(`${init} has other classes or another head: all layers but the last start from its own.`);
  const { paintedShare, boxedPositivesOnly } = config;
  const data = await openTrainingData(options, input, { paintedShare, boxedPositivesOnly }, answers);
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
    const { uncalibrated, ...calibration } = calibratedAnswers(rows, data.truth, classes, answers, {
      rule: options.operatingPoint,
      permuted: config.permutedLabels,
      longer: longerText(options),
    });
    for (const { name, why } of uncalibrated)
      warnLine(
        why === 'one-class'
          ? `${name}: the validation images all have it, or all lack it, so its scores are not calibrated and its operating point of 0.5 is not measured; every image gets a caution.`
          : `${name}: positives are ranked below negatives, so its scores mean nothing: the package says nothing of it.`,
      );
    const exported = await result.team.export(result.weights);
    await withCardLock(options.out, async () => {
      // A generator may have been added while this was trained.
      await refuseLosing(
        options.out,
        ' The checkpoints are kept: give the same command with another --out, and their folder as --work.',
      );
      const beside = await cardOf(options.out);
      const written = await writeNetwork(options.out, 'classifier', exported, {
        beside,
        precision: options.precision,
      });
      const card: ModelCard = {
        schemaVersion: 1,
        ...about.card,
        codeVersion: version,
        input,
        ...calibration,
        trainingData: {
          description: data.description,
          ...(data.splitManifest && {
            splitManifest: await writeManifest(options.out, data.splitManifest, beside),
          }),
          counts: data.counts,
        },
        classifier: {
          path: written.path,
          architecture: `ResNet${options.depth} v2, width ${options.width}, ${answers.kind === 'two' ? 'logit' : `${classes.length} logits`} from ${options.head}`,
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
        files: written.files,
      };
      await writeCard(options.out, card, beside);
    });
    process.stderr.write(`Wrote ${options.out} (epoch ${result.keptEpoch} of ${options.epochs}).\n`);
  } finally {
    await result.team.stop();
  }
}

/** What a training that was too short asks for; its checkpoints are of the shorter schedule, which no longer one goes on from. */
function longerText(options: WithBackend<ClassifierOptions>): string {
  const { epochs, imagesPerEpoch } = options;
  const drawn = epochs * imagesPerEpoch;
  return (
    `train longer than these ${drawn} drawn images (--epochs, --images-per-epoch; docs/training.md has a trial of 4,800), ` +
    `with another --work or after removing ${workFolder('classifier', options)}`
  );
}

/** @throws Error where the folder is a package with generators: they go with the classifier that is there, and its card with it */
async function refuseLosing(out: string, after = ''): Promise<void> {
  const ids = Object.keys((await cardOf(out))?.generators ?? {});
  if (ids.length > 0)
    throw new Error(
      `--out ${out} is a model package with generators (${ids.join(', ')}), which were trained through the classifier that is there. Name another folder, or delete its model-card.json to start anew.${after}`,
    );
}

/** The card of a package; undefined where the folder is none. */
async function cardOf(folder: string): Promise<ModelCard | undefined> {
  return existsSync(path.join(folder, 'model-card.json')) ? readCard(folder) : undefined;
}

/** Writes which image was in which split beside the card. */
async function writeManifest(
  folder: string,
  text: string,
  beside: ModelCard | undefined,
): Promise<{ path: string; sha256: string }> {
  const file = freeName(beside, 'split.csv');
  await writeAtomically(path.join(folder, file), text);
  return { path: file, sha256: sha256Hex(new TextEncoder().encode(text)) };
}

async function classifierConfig(
  given: ReadonlySet<string>,
  options: WithBackend<ClassifierOptions>,
  answers: AnswerKind,
): Promise<ClassifierConfig> {
  if (options.permuteLabels && answers.kind !== 'two')
    throw new Error('--permute-labels is a control of two classes: labels of several are not drawn by lot.');
  return {
    kind: 'classifier',
    network: {
      depth: options.depth,
      width: options.width,
      size: options.size,
      channels: 1,
      head: options.head,
      seed: options.seed,
      ...(answers.kind === 'labels' && { labels: answers.names.length }),
      ...(answers.kind === 'classes' && { classes: answers.names.length }),
    },
    schedule: scheduleOf(classifierSchedule, options, given, { batch: 32, epochs: 50 }),
    ...augmentations[options.augmentation],
    ...classifierLossSettings(options),
    // The default is that of two classes; asked for, it is refused where there are more.
    paintedShare: answers.kind === 'two' || given.has('paintedShare') ? options.paintedShare : 0,
    boxedPositivesOnly: options.positives === 'boxed',
    permutedLabels: options.permuteLabels === true,
    distractors: await distractorConfig(options),
    ...(options.init && { initialClassifier: await weightsHash(options.init, { classifier: true }) }),
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
      return weightsHash(folder, { generator: defaultGenerator });
    }),
  );
  return {
    streakShare,
    changeShare: distractors.length > 0 ? distractorShare : 0,
    changesEach: 400,
    generators,
  };
}
