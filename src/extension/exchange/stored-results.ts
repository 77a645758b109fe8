import { describeStored, storedPercentilesOf } from '../../dicom/results/read-back';
import { describeStoredAnswer, type StoredAnswer } from '../../dicom/results/stored-answer';
import type { StoredMap } from '../../dicom/results/types';
import { textOf } from '../../dicom/attribute-values';
import { Failure } from '../failure';
import type { Target } from '../host/host-image';
import type { DisplaySet, HostArguments, Instance, Services } from '../host/ohif-types';
import { percentileRange } from '../store/state';

/**
 * Finds the explanations of an image that the study holds: objects that this extension, or `explain`, wrote and that hold one. OHIF
 * lists them, and lays maps over a copy of the radiograph in a viewport of its own at most.
 *
 * @returns newest first
 */
export function findStoredMaps(services: Services, { instance, frame }: Target): StoredMap[] {
  const uid = textOf(instance.SOPInstanceUID);
  return storedInstances(services)
    .map(({ stored }) => stored)
    .filter(stored => stored.sourceInstanceUid === uid && (stored.frame ?? 1) === (frame ?? 1))
    .sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
}

/** Answers of readers to explanations that the study holds, the oldest first. */
export function findStoredAnswers(services: Services): StoredAnswer[] {
  return listedInstances(services)
    .flatMap(({ instance }) => describeStoredAnswer(instance) ?? [])
    .sort((a, b) => (a.created.date + a.created.time).localeCompare(b.created.date + b.created.time));
}

/** Series of a stored map; undefined where the viewer lists it no longer. */
export function storedSeriesOf(services: Services, uid: string): string | undefined {
  const found = storedInstances(services).find(({ stored }) => stored.sopInstanceUid === uid);
  return found?.displaySet.SeriesInstanceUID ?? textOf(found?.instance.SeriesInstanceUID);
}

/**
 * Fetches the file of an object of the study by the viewer's own loader, which knows the data source and its log-in.
 *
 * @throws Failure `not-fetched` with the reason
 */
export async function fetchObject(
  { servicesManager, extensionManager }: Pick<HostArguments, 'servicesManager' | 'extensionManager'>,
  uid: string,
): Promise<Uint8Array> {
  const { services } = servicesManager;
  const found = listedInstances(services).find(({ instance }) => textOf(instance.SOPInstanceUID) === uid);
  const loader = extensionManager.getModuleEntry('@ohif/extension-cornerstone.utilityModule.common')?.exports
    ?.dicomLoaderService as DicomLoader | undefined;
  if (!found || !loader) throw notFetched('the viewer no longer lists it');
  const { instance } = found;
  const displaySet = found.displaySet as DisplaySet & Instance;
  // Either may have it, and may inherit it: the viewer keeps what an object shares with others apart.
  const stated = (name: string): unknown => displaySet[name] ?? instance[name];
  const names = ['StudyInstanceUID', 'SeriesInstanceUID', 'wadoRoot', 'wadoUri'];
  const address = {
    ...Object.fromEntries(names.map(name => [name, stated(name)])),
    SOPInstanceUID: uid,
    instance,
  };
  const headers = services.userAuthenticationService?.getAuthorizationHeader();
  try {
    const data: unknown = await loader.findDicomDataPromise(address, undefined, headers);
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    throw new Error('the viewer gave no file');
  } catch (error) {
    throw notFetched(error instanceof Error ? error.message : 'the archive did not send it');
  }
}

interface DicomLoader {
  findDicomDataPromise(
    dataset: Record<string, unknown>,
    studies: unknown,
    headers: unknown,
  ): Promise<unknown>;
}

function notFetched(reason: string): Failure {
  return new Failure('not-fetched', `The stored object could not be fetched: ${reason}.`);
}

/**
 * Percentiles at which masks of a stored explanation are in the study, the last saved first: the identifiers of a segmentation
 * follow from what it is of.
 */
export function storedPercentiles(
  services: Services,
  { model, settings, software = '' }: StoredMap,
  { instance, frame }: Pick<Target, 'instance' | 'frame'>,
): number[] {
  const named = { ...model, title: '' };
  const key = { source: instance, frame, model: named, settings: { ...settings, methodTitle: '' }, software };
  const { min, max, step } = percentileRange;
  const listed = new Map(
    listedInstances(services).map(({ instance: one }) => [textOf(one.SOPInstanceUID), one]),
  );
  const candidates = Array.from({ length: Math.round((max - min) / step) + 1 }, (_, i) => min + i * step);
  return storedPercentilesOf(key, candidates, sopInstanceUid => listed.get(sopInstanceUid));
}

function timeOf({ created }: StoredMap): string {
  return created.date + created.time;
}

function storedInstances(
  services: Services,
): { stored: StoredMap; displaySet: DisplaySet; instance: Instance }[] {
  return listedInstances(services).flatMap(({ displaySet, instance }) => {
    const stored = describeStored(instance);
    return stored ? [{ stored, displaySet, instance }] : [];
  });
}

/** Every object that the viewer lists. */
export function listedInstances(services: Services): { displaySet: DisplaySet; instance: Instance }[] {
  const displaySets = services.displaySetService.getActiveDisplaySets?.() ?? [];
  return displaySets.flatMap(displaySet => {
    const instances = displaySet.instances ?? (displaySet.instance ? [displaySet.instance] : []);
    return instances.map(instance => ({ displaySet, instance }));
  });
}
