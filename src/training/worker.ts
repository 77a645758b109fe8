import { prepareNodeBackend } from '../backends/node';
import { loadModelPackage } from '../models/package';
import type { Handlers } from '../workers/calls';
import { serveNode } from '../workers/node';
import { hasHeadOf } from './answers';
import { copyWeights } from './copy-weights';
import { ClassifierTask } from './classifier-task';
import type { ClassifierConfig } from './config';
import { CxrSource } from './cxr-source';
import { clearingChanges, DistractedSource, foreignChange, streaks } from './distractors';
import { exportNetwork } from './export-network';
import { folderReader } from '../io/folder-reader';
import { hasHeadsAt, initialHeads, isOfHeads } from './initial-heads';
import { FindingsSource } from './findings-source';
import { GeneratorTask } from './generator-task';
import { MaskTask } from './mask-task';
import { PermutedSource } from './permuted-source';
import { PhantomSource } from './phantom-source';
import type { SourceSpec, TrainingCalls, WorkerStart } from './protocol';
import type { SampleSource } from './samples';
import type { TrainingTask } from './task';
import { TrainingMember } from './training-member';

/** Handlers of one data-parallel training worker. */
function createHandlers(): Handlers<TrainingCalls> {
  let member: TrainingMember | undefined;
  const started = (): TrainingMember => {
    if (member) return member;
    throw new Error('This worker has not started to train.');
  };
  return {
    async start(start) {
      await prepareNodeBackend(start.backend, { keepFilters: true, training: true });
      const source = createSource(start.source);
      member = new TrainingMember(start, await createTask(start, source));
      return { ...member.sizes, validationCount: source.validationCount };
    },
    join: ({ state, initialise }) => started().join(state, initialise),
    steps: (request, report) => started().run(request, (step, terms) => report({ step, terms })),
    validate: ({ indexes }) => started().validate(indexes),
    panels: ({ indexes }) => started().panels(indexes),
    export: ({ weights }) => exportNetwork(started().withWeights(weights)),
  };
}

function createSource(spec: SourceSpec): SampleSource {
  if (spec.kind === 'cxr') return new CxrSource(spec.dataset, spec.options);
  if (spec.kind === 'phantom') return new PhantomSource(spec.input, spec.options);
  return new FindingsSource(spec.input, spec.options);
}

async function createTask(start: WorkerStart, source: SampleSource): Promise<TrainingTask> {
  const { config } = start;
  if (config.kind === 'classifier') return createClassifierTask(start, config, source);
  if (!start.classifierFolder) throw new Error('A generator is trained through a classifier: none is named.');
  const { classifier, card } = await loadModelPackage(folderReader(start.classifierFolder), {
    generators: [],
  });
  const task =
    config.kind === 'mask'
      ? new MaskTask(config, source, classifier)
      : new GeneratorTask(config, source, classifier);
  if (start.initialFolder) {
    const id = start.initialGenerator ?? config.network.kind;
    const model = await loadModelPackage(folderReader(start.initialFolder), {
      generators: [id],
      fold: false,
    });
    const wanted =
      config.kind === 'mask' ? undefined : config.ofLabels?.trained.map(k => card.classes[k].name);
    const { labels, training } = model.card.generators[id];
    const heads = hasHeadsAt(config.network.outputLevel, training) ? undefined : isOfHeads;
    copyWeights(model.generators[id], task.network, initialHeads(wanted, labels), heads);
    model.dispose();
  }
  return task;
}

/** Layers whose size goes with classes, labels and head: a model of others lends all but these. */
function isOfHead(name: string): boolean {
  return /^(cells|logit)\//.test(name);
}

async function createClassifierTask(
  { distractorFolders = [], initialFolder }: WorkerStart,
  config: ClassifierConfig,
  source: SampleSource,
): Promise<TrainingTask> {
  const { streakShare, changeShare, changesEach } = config.distractors;
  const changes: Float32Array[] = [];
  for (const folder of distractorFolders) changes.push(...(await changesOf(folder, source, changesEach)));
  const { seed } = config.schedule;
  let drawn = source;
  if (streakShare > 0) drawn = new DistractedSource(drawn, `${seed}/streaks`, streakShare, streaks);
  if (changes.length > 0)
    drawn = new DistractedSource(drawn, `${seed}/change`, changeShare, foreignChange(changes));
  if (config.permutedLabels) drawn = new PermutedSource(drawn, seed);
  const task = new ClassifierTask(config, drawn);
  if (initialFolder) {
    const { classifier, card } = await loadModelPackage(folderReader(initialFolder), {
      generators: [],
      fold: false,
    });
    copyWeights(classifier, task.network, undefined, hasHeadOf(config.network, card) ? undefined : isOfHead);
    classifier.dispose();
  }
  return task;
}

async function changesOf(folder: string, source: SampleSource, count: number): Promise<Float32Array[]> {
  const model = await loadModelPackage(folderReader(folder));
  const { defaultGenerator } = model.card;
  const generator = defaultGenerator === undefined ? undefined : model.generators[defaultGenerator];
  if (generator?.outputs.length !== 2) throw new Error(`${folder} has no generator of both x_s and x_a.`);
  const changes = await clearingChanges(model, generator, source, count);
  model.dispose();
  if (changes.length === 0) throw new Error(`The classifier of ${folder} calls no image positive.`);
  return changes;
}

serveNode(createHandlers());
