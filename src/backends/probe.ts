import { prepareNodeBackend, type NodeBackendName } from './node';
import { judgeRenderer } from './renderer';
import { selfTestMilliseconds, selfTestValues } from './self-test';
import { provideWebgpu } from './webgpu';
import { serveNode } from '../workers/node';

/** What a probe found out about a backend. */
export type ProbeAnswer =
  { type: 'done'; values: Float32Array[]; milliseconds?: number } | { type: 'failed'; message: string };

/** What a probe is told; `timed`: it measures the speed too. */
export interface ProbeStart {
  backend: NodeBackendName;
  timed: boolean;
}

/** What a process that tests a backend does. */
export interface ProbeCalls {
  test: { request: ProbeStart; reply: ProbeAnswer };
}

/** Runs the self-test of one backend; entry of a process of its own. */
serveNode<ProbeCalls>({
  async test({ backend, timed }) {
    if (backend === 'webgpu' && timed) {
      const adapter = await provideWebgpu();
      // Its shaders alone take a minute to compile, to no use.
      if (judgeRenderer(adapter) === 'software') {
        return { type: 'failed', message: `its adapter, ${adapter}, is software and slower than wasm` };
      }
    }
    await prepareNodeBackend(backend);
    const values = await selfTestValues();
    return { type: 'done', values, ...(timed && { milliseconds: await selfTestMilliseconds() }) };
  },
});
