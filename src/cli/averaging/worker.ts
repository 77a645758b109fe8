import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { prepareNodeBackend } from '../../backends/node';
import { inputTensor, methodById, sumOverTransforms } from '../../explain';
import { openSource } from './source';
import type { AveragingAnswer, AveragingStart, AveragingTask } from './protocol';

/** Sums the maps of the transforms that it is told, one answer a task. */
async function main({ backend, source }: AveragingStart): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker thread only.');
  const answer = (message: AveragingAnswer): void => port.postMessage(message);
  await prepareNodeBackend(backend);
  const context = await openSource(source);
  const sum = async ({ methodId, method, augment, range, input }: AveragingTask): Promise<Float32Array> => {
    const x = inputTensor(context, input);
    const options = { ...augment, ranges: context.card.augmentation };
    const total = sumOverTransforms(methodById(methodId), context, x, options, range, method);
    try {
      return (await total.data()) as Float32Array;
    } finally {
      tf.dispose([x, total]);
    }
  };
  port.on('message', (task: AveragingTask) => {
    sum(task).then(
      values => answer({ type: 'sum', sum: values }),
      (error: Error) => answer({ type: 'failed', message: error.message }),
    );
  });
  answer({ type: 'ready' });
}

main(workerData as AveragingStart).catch((error: Error) => {
  const message: AveragingAnswer = { type: 'failed', message: error.message };
  parentPort?.postMessage(message);
});
