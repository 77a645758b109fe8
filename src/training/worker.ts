import { parentPort, workerData } from 'node:worker_threads';
import { prepareNodeBackend } from '../backends/node';
import { loadModelPackage } from '../models/package';
import { copyWeights } from './copy-weights';
import { ClassifierTask } from './classifier-task';
import type { ClassifierConfig } from './config';
import { CxrSource } from './cxr-source';
import { clearingChanges, DistractedSource, foreignChange, streaks } from './distractors';
import { exportNetwork } from './export-network';
import { folderReader } from '../io/folder-reader';
import { GeneratorTask } from './generator-task';
import { MaskTask } from './mask-task';
import { PermutedSource } from './permuted-source';
import { PhantomSource } from './phantom-source';
import type { Answer, Order, SourceSpec, WorkerStart } from './protocol';
import type { SampleSource } from './samples';
import type { TrainingTask } from './task';
import { TrainingMember } from './training-member';

/** Entry of one data-parallel training worker. */
async function main(start: WorkerStart): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker thread only.');
  const answer = (message: Answer): void => port.postMessage(message);
  await prepareNodeBackend(start.backend);
  const source = createSource(start.source);
  const member = new TrainingMember(start, await createTask(start, source));

  const obey = async (order: Order): Promise<void> => {
    switch (order.type) {
      case 'state':
        await member.join(order.state, order.initialise);
        return answer({ type: 'initialised' });
      case 'steps':
        return answer({
          type: 'stepsDone',
          sums: await member.run(order, (step, terms) => answer({ type: 'step', step, terms })),
        });
      case 'validate':
        return answer({ type: 'validated', rows: await member.validate(order.indexes) });
      case 'panels':
        return answer({ type: 'panels', panels: await member.panels(order.indexes) });
      case 'export':
        return answer({ type: 'exported', network: await exportNetwork(member.withWeights(order.weights)) });
    }
  };
  port.on('message', (order: Order) => {
    obey(order).catch((error: Error) => answer({ type: 'failed', message: error.stack ?? error.message }));
  });
  answer({ type: 'ready', ...member.sizes, validationCount: source.validationCount });
}

function createSource(spec: SourceSpec): SampleSource {
  return spec.kind === 'cxr'
    ? new CxrSource(spec.dataset, spec.options)
    : new PhantomSource(spec.input, spec.options);
}

async function createTask(start: WorkerStart, source: SampleSource): Promise<TrainingTask> {
  const { config } = start;
  if (config.kind === 'classifier') return createClassifierTask(start, config, source);
  if (!start.classifierFolder) throw new Error('A generator is trained through a classifier: none is named.');
  const { classifier } = await loadModelPackage(folderReader(start.classifierFolder), { generators: [] });
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
    copyWeights(model.generators[id], task.network);
    model.dispose();
  }
  return task;
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
    const { classifier } = await loadModelPackage(folderReader(initialFolder), {
      generators: [],
      fold: false,
    });
    copyWeights(classifier, task.network);
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

main(workerData as WorkerStart).catch((error: Error) => {
  const message: Answer = { type: 'failed', message: error.stack ?? error.message };
  parentPort?.postMessage(message);
});
