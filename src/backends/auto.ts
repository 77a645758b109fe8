import { startProcess } from '../workers/node';
import type { RemoteWorker } from '../workers/remote-worker';
import { installedBackends, takesSeveralWorkers, type NodeBackendName } from './node';
import type { ProbeAnswer, ProbeCalls, ProbeStart } from './probe';
import { selfTestError, selfTestTolerance } from './self-test';

/** What the self-test of a backend gave. */
export interface BackendVerdict {
  backend: NodeBackendName;
  /** Of one training step of the test's network, divided by the workers that share a batch. */
  milliseconds?: number;
  /** Why the backend cannot be used; absent: it passed. */
  failure?: string;
}

/** The choice among tested backends. */
export interface AutomaticChoice {
  backend: NodeBackendName;
  /** For people: which, why, and what became of the others. */
  reason: string;
}

interface MachineFacts {
  installed(): readonly NodeBackendName[];
  probe(start: ProbeStart): Promise<ProbeAnswer>;
}

/** A probe that takes longer has hung in its driver. */
const patienceMilliseconds = 120_000;

/**
 * Tests every installed backend: loss and gradients of a small network must agree with `cpu`, and the fastest that does is
 * taken. Each runs in a process of its own, which a driver may hang or crash.
 *
 * @param workers data-parallel workers of the backends that take several
 * @param facts of this machine: what is installed, and what a backend answers
 * @throws Error when none passes
 */
export async function chooseBackend(
  workers: number,
  { installed, probe }: MachineFacts = { installed: installedBackends, probe: probeInProcess },
): Promise<AutomaticChoice> {
  const reference = await probe({ backend: 'cpu', timed: false });
  if (reference.type === 'failed') throw new Error(`The backend "cpu" does not work: ${reference.message}`);
  const verdicts: BackendVerdict[] = [];
  for (const backend of installed()) {
    // One after the other: they would slow each other down.
    const answer = await probe({ backend, timed: true });
    verdicts.push(judge(backend, answer, reference.values, workers));
  }
  return fastest(verdicts);
}

/** The verdict on one answer. */
export function judge(
  backend: NodeBackendName,
  answer: ProbeAnswer,
  reference: readonly Float32Array[],
  workers: number,
): BackendVerdict {
  if (answer.type === 'failed') return { backend, failure: answer.message };
  const error = selfTestError(answer.values, reference);
  if (!(error <= selfTestTolerance)) {
    return {
      backend,
      failure: `its gradients are wrong (relative error ${error.toPrecision(2)} against cpu)`,
    };
  }
  const share = takesSeveralWorkers(backend) ? workers : 1;
  return { backend, milliseconds: (answer.milliseconds ?? Infinity) / share };
}

/** The fastest backend that passed. */
export function fastest(verdicts: readonly BackendVerdict[]): AutomaticChoice {
  const passed = verdicts.filter(verdict => verdict.failure === undefined);
  const [best, ...others] = passed.sort((a, b) => time(a) - time(b));
  const failed = verdicts.flatMap(({ backend, failure }) => (failure ? [`${backend}: ${failure}`] : []));
  if (!best) throw new Error(`No backend passed its self-test. ${failed.join(' ')}`);
  const slower = others.map(verdict => `${verdict.backend} ${format(verdict)}`);
  const comparison = slower.length > 0 ? `faster than ${slower.join(', ')}` : 'the only one that passed';
  return {
    backend: best.backend,
    reason: [
      `Backend ${best.backend}: passed the self-test, ${format(best)} a step, ${comparison}.`,
      ...failed.map(text => `Not used: ${text}.`.replace(/\.\.$/, '.')),
    ].join(' '),
  };
}

function time({ milliseconds = Infinity }: BackendVerdict): number {
  return milliseconds;
}

function format(verdict: BackendVerdict): string {
  return `${time(verdict).toFixed(1)} ms`;
}

const words = { name: 'its self-test', startTimeoutMs: patienceMilliseconds };

async function probeInProcess(start: ProbeStart): Promise<ProbeAnswer> {
  let worker: RemoteWorker<ProbeCalls> | undefined;
  try {
    worker = await startProcess<ProbeCalls>('backend-probe.js', words);
    return await worker.call('test', start, { patienceMs: patienceMilliseconds });
  } catch (error) {
    return { type: 'failed', message: (error as Error).message };
  } finally {
    await worker?.stop();
  }
}
