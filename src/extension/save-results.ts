import about from '../../package.json';
import { pickSource } from '../dicom/results/pick-source';
import { EXPLANATION_SERIES } from '../dicom/results/series-names';
import type { ResultKind, ResultObject } from '../dicom/results/types';
import type { ExplainService } from './explain-service';
import type { Target } from './host-image';
import type { ExtensionManager } from './ohif-types';
import type { Result } from './state';

/**
 * Makes DICOM objects of the explanation on display, as `explain run --dicom` does.
 *
 * @throws Error when the explanation was read from the archive, which holds these objects
 */
export function makeObjects(
  service: ExplainService,
  { instance }: Target,
  result: Result,
  kinds: readonly ResultKind[],
): Promise<ResultObject[]> {
  const { model, reply, method, augment, generator, backend, created, card } = result;
  if (!model) {
    throw new Error(
      'This explanation comes from the archive. Press Explain again to make and save a new one.',
    );
  }
  const { score, decision, scoreSimilar, scoreAdversarial, hold, flip } = reply;
  return service.results({
    key: result.key,
    context: {
      source: pickSource(instance),
      model,
      settings: {
        methodId: method.id,
        methodTitle: method.title,
        generator,
        augment: augment?.count ?? 0,
        seed: augment?.seed ?? 0,
        backend: backend.name,
      },
      created,
      software: about.version,
    },
    figures: { score, decision, scoreSimilar, scoreAdversarial, hold, flip },
    selection: { kinds, percentiles: [service.getState().settings.percentile] },
    notice: card.researchUseNotice,
    cautions: result.warnings,
  });
}

/**
 * Stores objects through the active data source.
 *
 * @returns what to tell the user
 * @throws Error saying what failed; what is in the viewer is left as it is
 */
export async function storeObjects(
  objects: readonly ResultObject[],
  extensionManager: ExtensionManager,
): Promise<string> {
  const dataSource = extensionManager.getActiveDataSource()?.[0];
  const store = dataSource?.store?.dicom;
  if (!dataSource || !store) {
    throw new Error(
      'The active data source cannot store objects. Nothing was saved; download the objects instead.',
    );
  }
  let present = 0;
  for (const [index, { bytes, kind }] of objects.entries()) {
    try {
      await store.call(dataSource.store, bytes.slice().buffer);
    } catch (error) {
      // The same object again, from another press of the button or another workstation.
      if (statusOf(error) === 409) present++;
      else throw new Error(failure(kind, index, error));
    }
  }
  const names = objects.map(({ kind }) => objectNames[kind]).join(', ');
  const series = objects.map(({ kind }) => `"${EXPLANATION_SERIES[kind]}"`).join(', ');
  const already = present > 0 ? ` ${present} of them the archive held already.` : '';
  return `Saved as ${names}, series ${series}.${already} Listed once the study is loaded again.`;
}

const objectNames: Readonly<Record<ResultKind, string>> = {
  seg: 'DICOM SEG',
  pm: 'DICOM parametric map',
  sc: 'DICOM secondary capture',
  sr: 'DICOM SR',
};

function failure(kind: ResultKind, before: number, error: unknown): string {
  const saved = before > 0 ? `${before} object(s) before it were saved. ` : '';
  return (
    `The archive did not take the ${objectNames[kind]} (${reasonOf(error)}). ${saved}` +
    `Nothing in the viewer was lost: ${isRefusal(error) ? 'log in again, then try again.' : 'try again.'}`
  );
}

function statusOf(error: unknown): number | undefined {
  return (error as { status?: number } | undefined)?.status;
}

function isRefusal(error: unknown): boolean {
  return [401, 403].includes(statusOf(error) ?? 0);
}

/** The status before the message: OHIF's client says "request failed" whatever the answer was. */
function reasonOf(error: unknown): string {
  const status = statusOf(error);
  if (status) {
    const { statusText = '' } = error as { statusText?: string };
    return `HTTP ${status} ${statusText}`.trim();
  }
  return error instanceof Error && error.message ? error.message : 'no reason given';
}
