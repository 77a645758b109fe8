import { maskColourOf } from '../draw/mask-colour';
import { download, encodeNpy, exportName, resultFileOf } from './export-files';
import { exportPicture } from './export-picture';
import type { ExplainService } from '../store/explain-service';
import type { AnswerDesk } from '../answers/answer-desk';
import { findTarget, type Target } from '../host/host-image';
import type { Cornerstone, CornerstoneTools, ExtensionManager, HostArguments } from '../host/ohif-types';
import type { MaskSegmentations } from '../draw/mask-segmentation';
import type { Overlays } from '../draw/overlays';
import { earlierNote, leftOutNote, makeObjects, storeObjects, type Told } from './save-results';
import { saveAnswer, type SaidAnswer } from './save-answer';
import { seg } from '../../dicom/results/objects/seg';
import { resultObject, type ResultKind } from '../../dicom/results/objects';
import type { Result } from '../store/state';
import { plural, t } from '../i18n';
import { spoken } from '../i18n/spoken';

export interface ActionsHost extends Pick<HostArguments, 'extensionManager' | 'servicesManager'> {
  cornerstone: Cornerstone;
  tools: CornerstoneTools;
  overlays: Overlays;
  masks: Pick<MaskSegmentations, 'rest'>;
}

/** What the panel can do with a finished explanation besides showing it. */
export interface Actions {
  /** What readers say of explanations; absent unless the configuration asks for it. */
  answers?: AnswerDesk;
  /** Stores what the reader said of the explanation on display. @returns whether the archive has it */
  saveAnswer(said: SaidAnswer): Promise<boolean>;
  savePicture(): Promise<void>;
  saveMap(): Promise<void>;
  /** The way to the opposite image as an animated GIF. */
  saveAnimation(): Promise<void>;
  saveSeg(): Promise<void>;
  /** Stores the chosen DICOM objects in the archive. */
  saveResults(): Promise<void>;
  /** Offers the chosen DICOM objects as files. */
  downloadResults(): Promise<void>;
}

/** Actions on the image on display; every failure becomes a notice in the panel. */
export function createActions(service: ExplainService, host: () => ActionsHost | undefined): Actions {
  const withResult = async (
    action: (host: ActionsHost, target: Target, result: Result) => Promise<Told>,
  ): Promise<boolean> => {
    const current = host();
    const result = service.currentResult();
    if (!current || !result || service.getState().saving) return false;
    current.masks.rest();
    service.setSaving(true);
    const stopWarning = warnOfLeaving();
    const tell = (kind: 'info' | 'error', { brief, detail }: Told): void => {
      service.notify({ kind, text: detail ? `${brief} ${detail}` : brief });
      // Where the eye is, and short; the panel's own line, which stays, may be out of sight.
      current.servicesManager.services.uiNotificationService?.show({
        title: kind === 'error' ? t('notSaved') : t('saved'),
        message: brief,
        type: kind === 'error' ? 'error' : 'success',
        duration: kind === 'error' ? 15_000 : 5_000,
        // OHIF keeps back an error with the words of an earlier one for half a minute: a second try would fail unseen.
        allowDuplicates: true,
      });
    };
    try {
      const outcome = findTarget(current.servicesManager.services, current.cornerstone);
      if ('refusal' in outcome) throw new Error(outcome.refusal.message);
      tell('info', await action(current, outcome.target, result));
      return true;
    } catch (error) {
      tell('error', { brief: spoken(error instanceof Error ? error.message : String(error)) });
      return false;
    } finally {
      stopWarning();
      service.setSaving(false);
    }
  };

  const pressed = async (...[action]: Parameters<typeof withResult>): Promise<void> => {
    await withResult(action);
  };

  return {
    saveAnswer: said =>
      withResult((current, target, result) => saveAnswer(current, service, target, result, said)),
    savePicture: () =>
      pressed(async ({ cornerstone, overlays }, { viewport, imageId }, result) => {
        const { settings, look } = service.getState();
        const film = await overlays.images.wait(result, 'original');
        const mask = settings.showMask ? await service.mask(result, settings.percentile) : undefined;
        const picture = await exportPicture({
          viewport,
          cornerstone,
          imageId,
          result,
          settings,
          film,
          mask,
          maskColour: maskColourOf(look, result.reply.decision),
        });
        const name = exportName(result, 'png');
        download(picture, name);
        return { brief: t('exported', { name }) };
      }),
    saveMap: () =>
      pressed(async (_host, _target, result) => {
        const { rows, columns } = result.reply.mapSize;
        const { percentile } = service.getState().settings;
        const summary = resultFileOf(result, percentile, service.graded.known(result));
        const npy = exportName(result, 'npy');
        download(new Blob([encodeNpy(result.reply.map, [rows, columns])]), npy);
        download(
          new Blob([JSON.stringify(summary, null, 2)], { type: 'application/json' }),
          exportName(result, 'json'),
        );
        return { brief: t('exportedMap', { name: npy }) };
      }),
    saveAnimation: () =>
      pressed(async (_host, _target, result) => {
        const bytes = await service.animation(result);
        const name = exportName(result, 'gif');
        download(new Blob([bytes.slice()], { type: 'image/gif' }), name);
        return { brief: t('exported', { name }) };
      }),
    saveSeg: () =>
      pressed(async ({ extensionManager }, target, result) =>
        save(extensionManager, service, target, result, [seg.id]),
      ),
    saveResults: () =>
      pressed(async ({ extensionManager }, target, result) =>
        save(extensionManager, service, target, result, chosenKinds(service, result)),
      ),
    downloadResults: () =>
      pressed(async (_host, target, result) => {
        const kinds = chosenKinds(service, result);
        const objects = await makeObjects(service, target, result, kinds);
        for (const { kind, bytes } of objects) {
          download(new Blob([bytes.slice()]), exportName(result, `${kind}.dcm`));
        }
        const note = leftOutNote(kinds, objects);
        return { brief: `${plural('exportedObjects', objects.length)} ${note}`.trim() };
      }),
  };
}

async function save(
  extensionManager: ExtensionManager,
  service: ExplainService,
  target: Target,
  result: Result,
  kinds: readonly ResultKind[],
): Promise<Told> {
  const objects = await makeObjects(service, target, result, kinds);
  const studyUid = String(target.instance.StudyInstanceUID);
  const { brief, detail, unconfirmed = false } = await storeObjects(objects, studyUid, extensionManager);
  service.noteSaved(
    result,
    objects.map(({ kind }) => kind),
    unconfirmed,
  );
  const earlier = earlierNote(service.getState().stored, result, objects);
  return {
    brief: `${brief} ${leftOutNote(kinds, objects)}`.trim(),
    detail: `${detail} ${earlier}`.trim(),
  };
}

/** The browser asks before the page is left while something is being saved. */
function warnOfLeaving(view: Window | undefined = globalThis.window): () => void {
  const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
  view?.addEventListener('beforeunload', warn);
  return () => view?.removeEventListener('beforeunload', warn);
}

/** Of an explanation without x_a those objects are left out that show it. */
function chosenKinds(service: ExplainService, { reply }: Result): readonly ResultKind[] {
  const resultKinds = service
    .getState()
    .settings.resultKinds.filter(kind => reply.hasAdversarial || !resultObject(kind).needsAdversarial);
  if (resultKinds.length === 0) throw new Error('No object is chosen; choose at least one.');
  return resultKinds;
}
