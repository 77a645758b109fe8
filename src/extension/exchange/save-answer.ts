import about from '../../../package.json';
import { pickSource } from '../../dicom/results/pick-source';
import { answerSeries } from '../../dicom/results/answer-codes';
import type { Reference } from '../../dicom/results/types';
import { PARAMETRIC_MAP } from '../../dicom/results/sop-classes';
import { pm } from '../../dicom/results/objects/pm';
import type { MarkAgreement } from '../../study/mark-on-map';
import type { LoggedAnswer } from '../answers/answer-log';
import { Failure } from '../failure';
import type { Target } from '../host/host-image';
import type { HostArguments } from '../host/ohif-types';
import { t } from '../i18n';
import type { ExplainService } from '../store/explain-service';
import type { Result } from '../store/state';
import { makeObjects, namedObject, storeNamed, type NamedObject, type Told } from './save-results';
import { storedSeriesOf } from './stored-results';

/** What the reader said, as it is stored. */
export interface SaidAnswer extends Pick<LoggedAnswer, 'verdict' | 'note'> {
  reader: string;
  attestedFor?: string;
  outline?: [x: number, y: number][];
  agreement?: MarkAgreement;
}

/**
 * Stores an answer to the explanation on display as a structured report, after the map that it refers to where the archive did not
 * give that.
 *
 * @throws Error saying what failed; what is in the viewer is left as it is
 */
export async function saveAnswer(
  host: Pick<HostArguments, 'servicesManager' | 'extensionManager'>,
  service: ExplainService,
  target: Target,
  result: Result,
  { outline, agreement, ...said }: SaidAnswer,
): Promise<Told> {
  if (result.imageId !== target.imageId) throw new Error('The viewport shows another image by now.');
  const { map, unsaved } = await mapOf(host, service, target, result);
  const { reply, software = '' } = result;
  const answer = await service.answerReport({
    context: {
      source: pickSource(target.instance),
      frame: target.frame,
      model: reply.model,
      settings: reply.settings,
      software: result.restored ? software : about.version,
    },
    figures: figuresOf(reply),
    map,
    answer: {
      ...said,
      at: new Date(),
      percentile: service.getState().settings.percentile,
      ...(outline && { mark: { outline, agreement } }),
    },
  });
  const objects = [
    ...unsaved,
    { ...answer, title: t('answerObject'), description: answerSeries.series.description },
  ];
  return storeNamed(objects, String(target.instance.StudyInstanceUID), host.extensionManager);
}

/** The map that holds the explanation: the stored one that it was read from, else one that is still to be stored. */
async function mapOf(
  { servicesManager }: Pick<HostArguments, 'servicesManager'>,
  service: ExplainService,
  target: Target,
  result: Result,
): Promise<{ map: Reference; unsaved: NamedObject[] }> {
  const { mapUid } = result;
  if (mapUid === undefined) {
    const [object] = await makeObjects(service, target, result, [pm.id]);
    return { map: object, unsaved: [namedObject(object)] };
  }
  const seriesInstanceUid = storedSeriesOf(servicesManager.services, mapUid);
  if (seriesInstanceUid === undefined)
    throw new Failure('not-fetched', 'The viewer no longer lists the stored explanation.');
  return { map: { sopClassUid: PARAMETRIC_MAP, sopInstanceUid: mapUid, seriesInstanceUid }, unsaved: [] };
}

/** Figures alone: the rest of a reply is pixels, which the worker has no need of. */
function figuresOf({
  decision,
  decisionSimilar,
  decisionAdversarial,
  hold,
  similarIsOriginal,
  flip,
}: Result['reply']): Parameters<ExplainService['answerReport']>[0]['figures'] {
  return { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip };
}
