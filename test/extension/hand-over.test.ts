import { expect, test } from 'vitest';
import { readConfiguration } from '../../src/extension/configuration';
import { handOver } from '../../src/extension/exchange/hand-over';
import { listen } from '../../src/pacs/listen';
import { Figures } from '../../src/pacs/figures';
import { Notices } from '../../src/pacs/notices';

test('studies are handed to the service that listens, each once', async () => {
  const notices = new Notices();
  const listener = await listen({ host: '127.0.0.1', port: 0 }, notices, new Figures(), () => ({
    status: 'ok',
    notices: notices.counts,
  }));
  try {
    expect(await handOver(`${listener.url}/`, ['1.2', '1.3', '1.2', '../x'])).toBe(2);
    expect([notices.take(), notices.take(), notices.take()]).toEqual(['1.2', '1.3', undefined]);
  } finally {
    await listener.close();
  }
});

test('a service that refuses, is not there, or is told of nothing says so', async () => {
  const refusing = async (): Promise<Response> => new Response('', { status: 401 });
  await expect(handOver('/x', ['1.2'], refusing)).rejects.toThrow('HTTP 401');
  const absent = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
  await expect(handOver('/x', ['1.2'], absent)).rejects.toThrow('it cannot be reached');
  await expect(handOver('/x', [''], refusing)).rejects.toThrow('no study is named');
});

test('the service is one that the configuration names', () => {
  expect(readConfiguration({ service: '/explain-service' }, '/x/').service).toBe('/explain-service');
  expect(readConfiguration({ service: 3 }, '/x/')).not.toHaveProperty('service');
});
