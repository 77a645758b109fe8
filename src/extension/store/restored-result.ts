import type { StoredAnswer } from '../../dicom/results/stored-answer';
import type { StoredMap } from '../../dicom/results/types';
import { t } from '../i18n';
import type { MethodListing, Verified, WorkerCalls } from '../worker/protocol';
import type { ListedAnswer, Result, ShownModel, StoredListing } from './state';

/** A stored map as the panel lists it, with the answers to it. */
export function listingOf(stored: StoredMap, answers: readonly StoredAnswer[]): StoredListing {
  const { sopInstanceUid: uid, model, settings, created } = stored;
  return {
    uid,
    modelId: model.id,
    version: model.version,
    methodId: settings.methodId,
    generator: settings.generator,
    augment: settings.augment,
    label: settings.label,
    created: momentOf(created),
    answers: answers.filter(({ mapUid }) => mapUid === uid).map(answerListing),
  };
}

function answerListing({ sopInstanceUid: uid, created, ...said }: StoredAnswer): ListedAnswer {
  return { uid, ...said, created: momentOf(created) };
}

/** DICOM DA and TM for people: "2026-01-31 12:00". */
function momentOf({ date, time }: StoredMap['created']): string {
  const day = date.length === 8 ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : '';
  const clock = time.length >= 4 ? `${time.slice(0, 2)}:${time.slice(2, 4)}` : '';
  return `${day} ${clock}`.trim();
}

export function sameListings(a: readonly StoredListing[], b: readonly StoredListing[]): boolean {
  const uids = (listings: readonly StoredListing[]): string =>
    listings.flatMap(({ uid, answers }) => [uid, ...answers.map(answer => answer.uid)]).join(' ');
  return uids(a) === uids(b);
}

/**
 * A finished explanation made of a stored map; what the archive does not keep (x_s, x_a, times) is absent.
 *
 * @param verified what came of verifying it: the installed card of the same files, where there is one, and what to be careful of
 */
export function restoredResult(
  held: Pick<Result, 'key' | 'imageId'>,
  { sopInstanceUid: mapUid, model, settings, figures, stability, cautions, created, software }: StoredMap,
  reply: Omit<WorkerCalls['restore']['reply'], 'verified'>,
  { card, cautions: ofProof }: Verified,
  methods: readonly MethodListing[],
): Omit<Result, 'totalSeconds'> {
  const { methodId, augment, seed, generator } = settings;
  const warnings = [...ofProof, ...cautions];
  const unknownMethod = { id: methodId, title: methodId, citation: undefined, gradients: false };
  const method = methods.find(({ id }) => id === methodId) ?? unknownMethod;
  return {
    ...held,
    reply: {
      ...reply,
      ...figures,
      ...(stability && { stability }),
      model: { ...model, title: card?.title ?? model.id },
      settings: { ...settings, methodTitle: method.title },
      cautions: warnings,
      notice: card?.researchUseNotice ?? t('researchOnly'),
      citation: method.citation,
      hasSimilar: false,
      hasAdversarial: false,
      seconds: {},
    },
    card: card ?? shownModel(model),
    method: { ...method, citation: method.citation ?? '' },
    ...(augment > 0 && { augment: { count: augment, seed } }),
    generator,
    label: settings.label,
    backend: settings.backend,
    created: dateOf(created.date, created.time),
    software,
    restored: true,
    ...(!card && { unverified: true }),
    mapUid,
    warnings,
  };
}

function shownModel({ id, version, classes, operatingPoint }: StoredMap['model']): ShownModel {
  return {
    id,
    version,
    title: id,
    classes: classes.map(name => ({ name })),
    operatingPoint,
    researchUseNotice: t('researchOnly'),
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
