import * as z from 'zod';
import { option } from '../io/options';
import { nodeBackendNames, type NodeBackendName } from './node';

/** What `--backend` takes. */
export type BackendChoice = NodeBackendName | 'auto';

/** The option `--backend`. */
export const backendOption = option(z.enum<BackendChoice[]>([...nodeBackendNames, 'auto']).default('wasm'), {
  value: '<name>',
  help: 'TensorFlow.js backend (docs/training.md); auto: the fastest installed one that passes a self-test',
  command: 'always',
});
