import { parentPort, workerData } from 'node:worker_threads';
import type { InputSpec } from '../models/card';
import { outcomeOf } from './preparation-team';

/** Prepares the files whose paths it is sent, one answer each. */
const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
port.on('message', async (file: string) => {
  const outcome = await outcomeOf(file, workerData as InputSpec);
  port.postMessage(outcome, 'film' in outcome ? [outcome.film.plane.buffer] : []);
});
