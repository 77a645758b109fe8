import { chooseBackend } from '../backends/auto';
import { isOptional, requireInstalled } from '../backends/optional-packages';
import { takesSeveralWorkers, type NodeBackendName } from '../backends/node';
import type { BackendChoice } from '../backends/options';
import { warnLine } from './terminal';

/** Options of a command with `--backend` and `--workers`, as commander gives them. */
interface GivenBackend {
  backend: BackendChoice;
  workers: number;
}

/** The same options once it is known which backend runs, and how many workers it takes. */
export type WithBackend<T extends GivenBackend> = Omit<T, 'backend'> & { backend: NodeBackendName };

/**
 * Settles the backend, before a command's long work: runs the self-tests of `auto` and says on stderr what it chose.
 *
 * @throws Error naming what to install, when a package of the backend is missing
 */
export async function withBackend<T extends GivenBackend>(options: T): Promise<WithBackend<T>> {
  const backend = await settle(options.backend, options.workers);
  return { ...options, backend, workers: takesSeveralWorkers(backend) ? options.workers : 1 };
}

async function settle(choice: BackendChoice, workers: number): Promise<NodeBackendName> {
  if (choice === 'auto') {
    const { backend, reason } = await chooseBackend(workers);
    warnLine(reason);
    return backend;
  }
  if (isOptional(choice)) requireInstalled(choice);
  return choice;
}
