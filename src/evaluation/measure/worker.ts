import { parentPort, workerData } from 'node:worker_threads';
import { prepareNodeBackend, type NodeBackendName } from '../../backends/node';
import { loadModelPackage } from '../../models/package';
import type { CaseRecord } from '../records';
import { folderReader } from '../../io/folder-reader';
import { evaluateCase, type CaseSet, type EvaluationPlan } from './evaluate-case';
import { MapCache } from './map-cache';

/** What an evaluation worker is told when it starts; the set's images lie in a file or in shared memory. */
export interface EvaluationStart {
  backend: NodeBackendName;
  model: string;
  generators: string[];
  set: CaseSet;
  plan: EvaluationPlan;
  /** Folder of computed maps. */
  maps: string;
}

export type EvaluationAnswer =
  | { type: 'ready' }
  | { type: 'map'; key: string; seconds: number; cached: boolean }
  | { type: 'record'; record: CaseRecord }
  | { type: 'failed'; message: string };

/** Evaluates the cases whose indices it is sent, one answer each. */
async function main({ backend, model, generators, set, plan, maps }: EvaluationStart): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker thread only.');
  const answer = (message: EvaluationAnswer): void => port.postMessage(message);
  await prepareNodeBackend(backend);
  const context = await loadModelPackage(folderReader(model), { generators });
  const cache = new MapCache(maps);
  const onMap = (key: string, seconds: number, cached: boolean): void =>
    answer({ type: 'map', key, seconds, cached });
  port.on('message', (index: number) => {
    evaluateCase(context, set, plan, index, cache, onMap)
      .then(record => answer({ type: 'record', record }))
      .catch((error: Error) =>
        answer({ type: 'failed', message: `${set.cases[index].id}: ${messageOf(error)}` }),
      );
  });
  answer({ type: 'ready' });
}

/** The trace is for those who debug this program. */
function messageOf({ message, stack }: Error): string {
  return process.env.EXPLAIN_DEBUG ? (stack ?? message) : message;
}

main(workerData as EvaluationStart).catch((error: Error) => {
  const message: EvaluationAnswer = { type: 'failed', message: messageOf(error) };
  parentPort?.postMessage(message);
});
