import { isUid } from '../../dicom/uid';

/**
 * Tells a service (`explain pacs --listen`) of studies that are to be explained; what it stores comes through the archive.
 *
 * @param service address of the service as this page reaches it
 * @throws Error with the reason where it does not take one of them
 */
export async function handOver(
  service: string,
  studyUids: readonly string[],
  ask: typeof fetch = fetch,
): Promise<number> {
  const studies = [...new Set(studyUids)].filter(isUid);
  if (studies.length === 0) throw new Error('no study is named');
  for (const StudyInstanceUID of studies) {
    const answer = await ask(`${service.replace(/\/+$/, '')}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ StudyInstanceUID }),
    }).catch(() => undefined);
    if (!answer) throw new Error('it cannot be reached');
    if (answer.status !== 202) throw new Error(`HTTP ${answer.status}`);
  }
  return studies.length;
}
