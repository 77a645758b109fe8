import { describeStoredMap, type StoredMap } from '../../dicom/results/stored-map';
import { segmentationReference } from '../../dicom/results/segmentation';
import type { ModelCard } from '../../models/card';
import { textOf } from '../../dicom/attribute-values';
import { EngineError } from '../store/engine';
import type { Target } from '../host/host-image';
import type { DisplaySet, HostArguments, Instance, Services } from '../host/ohif-types';
import { percentileRange, type Result, type ShownModel, type StoredListing } from '../store/state';
import { outputTexts } from '../texts';
import type { MethodListing, WorkerCalls } from '../worker/protocol';

/**
 * Finds the explanations of an image that the study holds: parametric maps that this extension, or `explain`, wrote. OHIF
 * lists them, and lays them over a copy of the radiograph in a viewport of its own at most.
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

/**
 * Fetches the file of a stored map by the viewer's own loader, which knows the data source and its log-in.
 *
 * @throws EngineError `not-fetched` with the reason
 */
export async function fetchStoredMap(
  { servicesManager, extensionManager }: Pick<HostArguments, 'servicesManager' | 'extensionManager'>,
  uid: string,
): Promise<Uint8Array> {
  const { services } = servicesManager;
  const found = storedInstances(services).find(({ stored }) => stored.sopInstanceUid === uid);
  const loader = extensionManager.getModuleEntry('@ohif/extension-cornerstone.utilityModule.common')?.exports
    ?.dicomLoaderService as DicomLoader | undefined;
  if (!found || !loader) throw notFetched('the viewer no longer lists it');
  const { displaySet, instance } = found;
  const { StudyInstanceUID, SeriesInstanceUID, wadoRoot, wadoUri } = {
    ...instance,
    ...displaySet,
  } as Instance;
  const address = { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: uid, wadoRoot, wadoUri, instance };
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

function notFetched(reason: string): EngineError {
  return new EngineError(
    'not-fetched',
    `The stored explanation could not be read: ${reason}. Press Explain to compute it again.`,
  );
}

/**
 * Percentiles at which masks of a stored explanation are in the study, rising: the identifiers of a segmentation follow from
 * what it is of.
 */
export function storedPercentiles(
  services: Services,
  { model, settings, software = '' }: StoredMap,
  { instance, frame }: Pick<Target, 'instance' | 'frame'>,
): number[] {
  const named = { ...model, title: '' };
  const key = { source: instance, frame, model: named, settings: { ...settings, methodTitle: '' }, software };
  const { min, max, step } = percentileRange;
  const listed = new Set(listedInstances(services).map(({ instance: one }) => textOf(one.SOPInstanceUID)));
  return Array.from({ length: Math.round((max - min) / step) + 1 }, (_, i) => min + i * step).filter(
    percentile => listed.has(segmentationReference(key, [percentile]).sopInstanceUid),
  );
}

/** A stored map as the panel lists it. */
export function listingOf(stored: StoredMap): StoredListing {
  const { sopInstanceUid: uid, model, settings, created } = stored;
  const { date, time } = created;
  const day = date.length === 8 ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : '';
  const clock = time.length >= 4 ? `${time.slice(0, 2)}:${time.slice(2, 4)}` : '';
  return {
    uid,
    modelId: model.id,
    version: model.version,
    methodId: settings.methodId,
    created: `${day} ${clock}`.trim(),
  };
}

export function sameListings(a: readonly StoredListing[], b: readonly StoredListing[]): boolean {
  return a.length === b.length && a.every((listing, i) => listing.uid === b[i].uid);
}

/** A finished explanation made of a stored map; what the archive does not keep (x_s, x_a, times) is absent. */
export function restoredResult(
  key: string,
  { model, settings, figures, cautions, created, software }: StoredMap,
  reply: WorkerCalls['restore']['reply'],
  cards: readonly ModelCard[],
  methods: readonly MethodListing[],
): Omit<Result, 'totalSeconds'> {
  const { methodId, augment, seed, generator } = settings;
  const unknownMethod = { id: methodId, title: methodId, citation: undefined, gradients: false };
  const method = methods.find(({ id }) => id === methodId) ?? unknownMethod;
  const card = cards.find(({ id, version }) => id === model.id && version === model.version);
  return {
    key,
    reply: {
      ...reply,
      ...figures,
      model: { ...model, title: card?.title ?? model.id },
      settings: { ...settings, methodTitle: method.title },
      cautions,
      notice: card?.researchUseNotice ?? outputTexts.researchOnly,
      citation: method.citation,
      hasSimilar: false,
      hasAdversarial: false,
      seconds: {},
    },
    card: card ?? shownModel(model),
    method: { ...method, citation: method.citation ?? '' },
    ...(augment > 0 && { augment: { count: augment, seed } }),
    generator,
    backend: settings.backend,
    created: dateOf(created.date, created.time),
    software,
    restored: true,
    warnings: cautions,
  };
}

function shownModel({ id, version, classes, operatingPoint }: StoredMap['model']): ShownModel {
  return {
    id,
    version,
    title: id,
    classes: classes.map(name => ({ name })),
    operatingPoint,
    researchUseNotice: outputTexts.researchOnly,
  };
}

function dateOf(date: string, time: string): Date {
  if (!/^\d{8}$/.test(date)) return new Date(NaN);
  const part = (text: string, from: number, length: number): number =>
    Number(text.slice(from, from + length)) || 0;
  return new Date(
    part(date, 0, 4),
    part(date, 4, 2) - 1,
    part(date, 6, 2),
    part(time, 0, 2),
    part(time, 2, 2),
    part(time, 4, 2),
  );
}

function timeOf({ created }: StoredMap): string {
  return created.date + created.time;
}

function storedInstances(
  services: Services,
): { stored: StoredMap; displaySet: DisplaySet; instance: Instance }[] {
  return listedInstances(services).flatMap(({ displaySet, instance }) => {
    const stored = describeStoredMap(instance);
    return stored ? [{ stored, displaySet, instance }] : [];
  });
}

function listedInstances(services: Services): { displaySet: DisplaySet; instance: Instance }[] {
  const displaySets = services.displaySetService.getActiveDisplaySets?.() ?? [];
  return displaySets.flatMap(displaySet => {
    const instances = displaySet.instances ?? (displaySet.instance ? [displaySet.instance] : []);
    return instances.map(instance => ({ displaySet, instance }));
  });
}
