import { prepareNodeBackend, type NodeBackendName } from '../../backends/node';
import type { Handlers } from '../../workers/calls';
import { serveNode } from '../../workers/node';
import { openEvaluated } from '../open-package';
import type { CaseRecord } from '../records';
import { evaluateCase, type CaseSet, type EvaluationPlan, type MapOrigin } from './evaluate-case';
import { MapCache } from './map-cache';

/** What an evaluation worker is told when it starts; the set's images lie in a file or in shared memory. */
export interface EvaluationStart {
  backend: NodeBackendName;
  model: string;
  generators: string[];
  /** Evaluated label, of independent ones. */
  label?: string;
  set: CaseSet;
  plan: EvaluationPlan;
  /** Folder of computed maps. */
  maps: string;
  /** Whether the x_a of every generator are put there too. */
  keepsImages: boolean;
}

/** A map of a case was made, or was found among the computed ones. */
export interface MapReport {
  key: string;
  seconds: number;
  from: MapOrigin;
}

/** What an evaluation worker does. */
export interface EvaluationCalls {
  start: { request: EvaluationStart; reply: void };
  /** Evaluates one case of the set, and reports each of its maps. */
  evaluate: { request: { index: number }; reply: CaseRecord; report: MapReport };
}

function createHandlers(): Handlers<EvaluationCalls> {
  let evaluate: Handlers<EvaluationCalls>['evaluate'] | undefined;
  return {
    async start({ backend, model, generators, label, set, plan, maps, keepsImages }) {
      await prepareNodeBackend(backend, { keepFilters: true });
      const context = await openEvaluated(model, label, generators);
      const cache = new MapCache(maps);
      evaluate = ({ index }, report) =>
        evaluateCase(
          context,
          set,
          plan,
          index,
          cache,
          (key, seconds, from) => report({ key, seconds, from }),
          keepsImages,
        );
    },
    evaluate(request, report) {
      if (!evaluate) throw new Error('This worker has no networks yet.');
      return evaluate(request, report);
    },
  };
}

serveNode(createHandlers());
