import { parentPort, workerData } from 'node:worker_threads';
import { prepareNodeBackend } from '../../backends/node';
import { loadModelPackage } from '../../models/package';
import type { CaseRecord } from '../../report/records';
import { folderReader } from '../../training/files';
import { evaluateCase, type CaseSet, type EvaluationPlan } from './evaluate-case';

/** What an evaluation worker is told when it starts; the set's images lie in a file or in shared memory. */
export interface EvaluationStart {
  model: string;
  generators: string[];
  set: CaseSet;
  plan: EvaluationPlan;
}

export type EvaluationAnswer =
  { type: 'ready' } | { type: 'record'; record: CaseRecord } | { type: 'failed'; message: string };

/** Evaluates the cases whose indices it is sent, one answer each. */
async function main({ model, generators, set, plan }: EvaluationStart): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker thread only.');
  const answer = (message: EvaluationAnswer): void => port.postMessage(message);
  await prepareNodeBackend('wasm');
  const context = await loadModelPackage(folderReader(model), { generators });
  port.on('message', (index: number) => {
    evaluateCase(context, set, plan, index)
      .then(record => answer({ type: 'record', record }))
      .catch((error: Error) =>
        answer({ type: 'failed', message: `${set.cases[index].id}: ${error.stack ?? error.message}` }),
      );
  });
  answer({ type: 'ready' });
}

main(workerData as EvaluationStart).catch((error: Error) => {
  const message: EvaluationAnswer = { type: 'failed', message: error.stack ?? error.message };
  parentPort?.postMessage(message);
});
