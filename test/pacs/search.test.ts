import { afterEach, describe, expect, it } from 'vitest';
import { DicomWebClient, findImages, jsonLog, type SearchFailure } from '../../src/pacs';
import { quickRetries, startFake } from './fixtures';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach(stop => stop()));

type Dataset = Record<string, { vr: string; Value?: unknown[] }>;
/** What an archive answers to a path below the service: data sets, or a status. */
type Answers = (path: string, query: URLSearchParams) => Dataset[] | number;

const study = (uid: string): Dataset => ({ '0020000D': { vr: 'UI', Value: [uid] } });
const series = (uid: string, modality = 'CR'): Dataset => ({
  '0020000E': { vr: 'UI', Value: [uid] },
  '00080060': { vr: 'CS', Value: [modality] },
});
const image = (uid: string): Dataset => ({ '00080018': { vr: 'UI', Value: [uid] } });

/** Three studies of one series with one image each. */
const whole: Answers = path => {
  if (path === 'studies') return [study('1.1'), study('1.2'), study('1.3')];
  const [, studyUid, , seriesUid] = path.split('/');
  return seriesUid ? [image(`${seriesUid}.1`)] : [series(`${studyUid}.1`)];
};

async function find(answers: Answers, modalities = ['CR']) {
  const asked: string[] = [];
  const { url, close } = await startFake((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    const path = pathname.replace('/dicom-web/', '');
    asked.push(path);
    const answer = Number(searchParams.get('offset')) > 0 ? [] : answers(path, searchParams);
    if (typeof answer === 'number') return response.writeHead(answer).end();
    return response.end(JSON.stringify(answer));
  });
  stops.push(close);
  const failures: SearchFailure[] = [];
  const client = new DicomWebClient({ url, retries: quickRetries });
  const images: string[] = [];
  for await (const { instanceUid } of findImages(client, { modalities }, failure => failures.push(failure)))
    images.push(instanceUid);
  return { images, failures, asked };
}

describe('a search of the archive', () => {
  it('finds every image', async () => {
    expect(await find(whole)).toMatchObject({ images: ['1.1.1.1', '1.2.1.1', '1.3.1.1'], failures: [] });
  });

  it.each([500, 503, 400, 404, 410])(
    'goes on behind a study that the archive answers with HTTP %d',
    async status => {
      const { images, failures } = await find((path, query) =>
        path === 'studies/1.2/series' ? status : whole(path, query),
      );
      expect(images).toEqual(['1.1.1.1', '1.3.1.1']);
      expect(failures).toEqual([
        {
          searched: 'series',
          within: expect.stringMatching(/^[0-9a-f]{12}$/),
          reason: expect.stringContaining(`HTTP ${status}`),
        },
      ]);
    },
  );

  it('goes on behind a series that the archive fails on', async () => {
    const { images, failures } = await find((path, query) =>
      path.endsWith('1.1.1/instances') ? 500 : whole(path, query),
    );
    expect(images).toEqual(['1.2.1.1', '1.3.1.1']);
    expect(failures).toMatchObject([{ searched: 'instances' }]);
  });

  it('ends before its next request when it is told to, though nothing was found yet: an archive may list for ever what holds no image', async () => {
    let searches = 0;
    const told = new AbortController();
    const { url, close } = await startFake((request, response) => {
      searches++;
      if (searches > 6) told.abort();
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      const from = Number(searchParams.get('offset'));
      const page = Array.from({ length: 100 }, (_, i) => study(`1.${from + i + 1}`));
      response.end(JSON.stringify(pathname.endsWith('/studies') ? page : []));
    });
    stops.push(close);
    const client = new DicomWebClient({ url, retries: quickRetries });
    for await (const found of findImages(client, { modalities: ['CR'] }, () => undefined, told.signal))
      expect(found).toBeUndefined();
    expect(searches).toBe(7);
  });

  it('is logged where it fails as an error, beside what was searched for', async () => {
    const { failures } = await find((path, query) =>
      path.endsWith('1.1.1/instances') ? 500 : whole(path, query),
    );
    const lines: string[] = [];
    const log = jsonLog(line => lines.push(line), { least: 'error' });
    failures.forEach(failure => log({ event: 'search-failed', ...failure }));
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { level: 'error', event: 'search-failed', searched: 'instances' },
    ]);
  });

  it('goes on behind a study of which the archive sends rubbish', async () => {
    const { images, failures } = await find((path, query) =>
      path === 'studies/1.1/series' ? ([{ error: 'Doe^Jane' }] as unknown as Dataset[]) : whole(path, query),
    );
    expect(images).toEqual(['1.2.1.1', '1.3.1.1']);
    expect(failures).toMatchObject([{ searched: 'series' }]);
    expect(JSON.stringify(failures)).not.toContain('Doe');
  });

  it('goes on with the next modality', async () => {
    const { images, failures } = await find(
      (path, query) => (query.get('ModalitiesInStudy') === 'DX' ? 500 : whole(path, query)),
      ['CR', 'DX'],
    );
    expect(images).toHaveLength(3);
    expect(failures).toMatchObject([{ searched: 'studies', within: undefined }]);
  });

  it('ends where the archive has never answered, or refuses the log-in', async () => {
    await expect(find(() => 500)).rejects.toThrow('HTTP 500');
    await expect(find((path, query) => (path === 'studies' ? whole(path, query) : 401))).rejects.toThrow(
      'HTTP 401',
    );
  });

  it('asks for no path but that of a UID, and says so', async () => {
    const { images, failures, asked } = await find((path, query) =>
      path === 'studies'
        ? [study('..'), study('1.2'), study('1..3'), study('1.2/../..')]
        : whole(path, query),
    );
    expect(images).toEqual(['1.2.1.1']);
    expect(asked.filter(path => !/^studies(\/1\.2\/series(\/1\.2\.1\/instances)?)?$/.test(path))).toEqual([]);
    expect(failures).toMatchObject([{ searched: 'studies', reason: expect.stringContaining('no UID') }]);
  });

  it('gives what is listed several times once', async () => {
    const { images } = await find((path, query) => {
      const answer = whole(path, query);
      return Array.isArray(answer) ? [...answer, ...answer] : answer;
    });
    expect(images).toEqual(['1.1.1.1', '1.2.1.1', '1.3.1.1']);
    const twice = await find(path =>
      path.endsWith('/series')
        ? [series('1.8'), series('1.9')]
        : path === 'studies'
          ? [study('1.1')]
          : [image('1.7')],
    );
    expect(twice.images).toEqual(['1.7']);
  });

  it('says where a server gives full first pages alone', async () => {
    const { url, close } = await startFake((_request, response) => {
      response.end(JSON.stringify(Array.from({ length: 100 }, (_, i) => study(`1.${i}`))));
    });
    stops.push(close);
    const failures: SearchFailure[] = [];
    const client = new DicomWebClient({ url, retries: quickRetries });
    const query = { modalities: ['CR'] };
    for await (const found of findImages(client, query, failure => failures.push(failure))) void found;
    expect(failures.filter(({ searched }) => searched === 'studies')).toMatchObject([
      { reason: expect.stringContaining('there may be more') },
    ]);
  });
});
