/** Where a reader study comes from and where its answers go. */
export interface StudyConfiguration {
  /** Address of the study file. */
  plan: string;
  /**
   * Where answers go; an answer is delivered when every one of them holds it. The address of a server as `explain viewer --study`
   * runs it, or `dicomweb:` and the address of an archive, which keeps them as structured reports. None: answers stay in the
   * browser until they are taken away as a file.
   */
  results: readonly string[];
  /** The viewer's own panels, and what names the patient and the date, stay as they are: for a study of films without either. */
  showPatient: boolean;
  /** Code of the reader, where the address gives it; else it is asked for. */
  reader?: string;
  /** Secret of the reader, where the address gives it: names the reader's reports in an archive without a study server. */
  key?: string;
}

/** Parameters of the viewer's address. */
const parameters = { plan: 'explainStudy', reader: 'explainReader', key: 'explainKey' } as const;

/**
 * Reads what app-config's `explain.study` and the viewer's address say. A study file named by the address must be of the
 * viewer's own origin, and its answers are sent nowhere but where the configuration says: a link cannot lead them away.
 *
 * @param page address of the page
 * @returns undefined where no study is asked for
 */
export function readStudyConfiguration(value: unknown, page: string): StudyConfiguration | undefined {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const address = new URL(page);
  const inAddress = address.searchParams.get(parameters.plan);
  const reader = address.searchParams.get(parameters.reader) ?? undefined;
  const key = address.searchParams.get(parameters.key) ?? undefined;
  const wanted: unknown[] = Array.isArray(given.results) ? given.results : [given.results ?? 'file'];
  const results = wanted.flatMap(each => resolved(each, page));
  const plan = typeof given.plan === 'string' ? given.plan : inAddress;
  if (plan === null || !URL.canParse(plan, page)) return undefined;
  const url = new URL(plan, page);
  if (typeof given.plan !== 'string' && url.origin !== address.origin) {
    console.error('ohif-extension-explain: a study file of another origin is not taken from the address.');
    return undefined;
  }
  const showPatient = given.showPatient === true;
  return {
    plan: url.href,
    results,
    showPatient,
    ...(reader !== undefined && { reader }),
    ...(key !== undefined && { key }),
  };
}

/** What is no address of a server, as `archive`, must not be taken for one: the answers would wait for ever. */
function resolved(results: unknown, page: string): string[] {
  if (results === 'file') return [];
  const [, kind = '', address] = /^(dicomweb:)?(.*)$/s.exec(String(results)) ?? [];
  if (/^(https?:\/\/|\/|\.)/.test(address) && URL.canParse(address, page))
    return [kind + new URL(address, page).href.replace(/\/$/, '')];
  console.error(
    'ohif-extension-explain: the study’s "results" must be "file", an address that begins with https:// or http://, or a path that ' +
      'begins with /, of an archive with "dicomweb:" before it. Answers stay in the browser and can be taken away as a file.',
  );
  return [];
}
