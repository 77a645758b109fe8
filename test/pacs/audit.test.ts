import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Audit, auditSink, DicomWebClient } from '../../src/pacs';
import { hasPydicom, runPydicom } from '../support/debian-programs';
import { python, whyNoPython } from '../support/python';
import { quickRetries, startFake } from './fixtures';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const study = '1.2.840.1';
const metadata = {
  '00100020': { vr: 'LO', Value: ['P-4711'] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Secret^Name' }] },
};

/** What an archive was asked for, as messages. */
async function messagesOf(
  ask: (client: DicomWebClient) => Promise<unknown>,
  status = 200,
): Promise<string[]> {
  const fake = await startFake((request, response) => {
    const isFile = request.headers.accept?.includes('type="application/dicom"');
    response.writeHead(status, { 'Content-Type': isFile ? 'application/dicom' : 'application/dicom+json' });
    response.end(isFile ? 'DICM' : JSON.stringify([metadata]));
  });
  const sent: string[] = [];
  const audit = new Audit(
    { send: message => sent.push(message), close: () => Promise.resolve() },
    'reading room 3 & <more>',
    'https://user:password@pacs.example/dicom-web',
  );
  try {
    audit.application('start');
    const client = new DicomWebClient({
      url: fake.url,
      retries: quickRetries,
      onTransaction: done => audit.transaction(done),
    });
    await ask(client).catch(() => undefined);
    audit.application('stop');
  } finally {
    fake.close();
  }
  return sent;
}

const address = { studyUid: study, seriesUid: '1.2.3', instanceUid: '1.2.3.4' };
const everything = async (client: DicomWebClient): Promise<void> => {
  await client.search('studies', { StudyDate: '20260101-' });
  await client.metadata(address);
  await client.retrieve(address);
  await client.store(study, [{ uid: '1.2.9', bytes: new Uint8Array(4) }]);
};

describe('audit messages', () => {
  it('tell start, queries, instances fetched and stored, and stop, without a name', async () => {
    const sent = await messagesOf(everything);
    const told = sent.map(message =>
      [...message.matchAll(/<Event(?:ID|TypeCode) csd-code="(\d+)"/g)].map(([, code]) => code).join(' '),
    );
    expect(told).toEqual(['110100 110120', '110112', '110112', '110104', '110104', '110100 110121']);
    const all = sent.join('\n');
    expect(all).not.toMatch(/Secret|Name\^|password/);
    expect(sent[3]).toContain('ParticipantObjectID="P-4711"');
    expect(sent[3]).toContain('<Instance UID="1.2.3.4"/>');
    expect(sent[4]).toContain('<Instance UID="1.2.9"/>');
  });

  it.skipIf(!hasPydicom)('tell a query by its SOP class, as the data set that pydicom reads', async () => {
    const sent = await messagesOf(async client => {
      await client.search('studies', { StudyDate: '20260101-', StudyDescription: 'Thorax ü*', limit: '100' });
      await client.search(`studies/${study}/series/1.2.3/instances`, { offset: '100' });
      await client.metadata(address);
      await client.search('workitems', { ProcedureStepState: 'SCHEDULED' });
    });
    const queries = sent.slice(1, -1).map(message => {
      const text = (pattern: RegExp): string => pattern.exec(message)?.[1] ?? '';
      expect(message).toContain('csd-code="110181" codeSystemName="DCM"');
      const syntax = text(/type="TransferSyntax" value="([^"]*)"/);
      expect(Buffer.from(syntax, 'base64').toString()).toBe('1.2.840.10008.1.2.1');
      return [text(/ParticipantObjectID="([^"]*)"/), text(/<ParticipantObjectQuery>([^<]*)</)];
    });
    const script = `
import base64, io, json, sys
from pydicom.filereader import read_dataset
def read(text):
    dataset = read_dataset(io.BytesIO(base64.b64decode(text)), is_implicit_VR=False, is_little_endian=True)
    dataset.decode()
    return {element.keyword: str(element.value) for element in dataset if element.keyword != 'SpecificCharacterSet'}
print(json.dumps([read(text) for text in sys.argv[1:]]))
`;
    const [studies, instances, one, workitems] = runPydicom(
      script,
      ...queries.map(([, query]) => query),
    ) as unknown[];
    // Study Root FIND and Unified Procedure Step Pull (PS3.6 table A-1).
    const find = '1.2.840.10008.5.1.4.1.2.2.1';
    expect(queries.map(([uid]) => uid)).toEqual([find, find, find, '1.2.840.10008.5.1.4.34.6.3']);
    const image = { QueryRetrieveLevel: 'IMAGE', StudyInstanceUID: study, SeriesInstanceUID: '1.2.3' };
    expect(studies).toEqual({
      QueryRetrieveLevel: 'STUDY',
      StudyDate: '20260101-',
      StudyDescription: 'Thorax ü*',
    });
    expect(instances).toEqual(image);
    expect(one).toEqual({ ...image, SOPInstanceUID: '1.2.3.4' });
    expect(workitems).toEqual({ ProcedureStepState: 'SCHEDULED' });
  });

  it('tell what failed as such', async () => {
    const sent = await messagesOf(client => client.search('studies', {}), 403);
    expect(sent[1]).toContain('EventOutcomeIndicator="4"');
  });

  const reason = whyNoPython(['lxml']);
  it.skipIf(reason)(
    `are what the schema of PS3.15 A.5.1 asks for (lxml)${reason ? `: ${reason}` : ''}`,
    async () => {
      const sent = [...(await messagesOf(everything)), ...(await messagesOf(everything, 500))];
      const script = `
import json, sys
from lxml import etree
schema = etree.RelaxNG(etree.parse(sys.argv[1]))
def faults(text):
    document = etree.fromstring(text.encode())
    return [] if schema.validate(document) else [str(error) for error in schema.error_log]
print(json.dumps([faults(text) for text in json.load(sys.stdin)]))
`;
      const schema = path.resolve('test/fixtures/audit/audit-message.rng');
      const broken = sent[0].replace('UserIsRequestor="false"', '');
      const { stdout, stderr } = spawnSync(python, ['-c', script, schema], {
        input: JSON.stringify([...sent, broken]),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const faults = JSON.parse(stdout) as string[][];
      expect(faults.slice(0, -1).flat()).toEqual([]);
      // The schema is one that refuses.
      expect(faults.at(-1)).not.toEqual([]);
    },
  );
});

describe('where they go', () => {
  it('a file that only its owner reads, one a line', async () => {
    const file = path.join(folder, 'audit.xml');
    const sink = auditSink({ kind: 'file', path: file }, fail);
    sink.send('<a/>');
    sink.send('<b/>');
    await sink.close();
    expect(readFileSync(file, 'utf8')).toBe('<a/>\n<b/>\n');
  });

  it('syslog over UDP: RFC 5424 with the header that PS3.15 asks for', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
    const got = new Promise<string>(resolve => socket.once('message', bytes => resolve(bytes.toString())));
    const sink = auditSink({ kind: 'udp', host: '127.0.0.1', port: socket.address().port }, fail);
    sink.send('<AuditMessage/>');
    expect(await got).toMatch(
      /^<85>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ explain \d+ DICOM\+RFC3881 - \uFEFF<AuditMessage\/>$/,
    );
    await sink.close();
    socket.close();
  });

  it('syslog over TCP: each with its length before it, also what was sent before the connection stood', async () => {
    let text = '';
    let all: () => void;
    const done = new Promise<void>(resolve => (all = resolve));
    const server = createServer(socket => {
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.on('end', () => all());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sink = auditSink({ kind: 'tcp', host: '127.0.0.1', port }, fail);
    sink.send('<ä/>');
    sink.send('<b/>');
    await sink.close();
    await done;
    server.close();
    const [, first, rest] = /^(\d+) (.*)$/s.exec(text)!;
    const bytes = Buffer.from(rest);
    expect(bytes.subarray(0, Number(first)).toString()).toMatch(/<ä\/>$/);
    expect(bytes.subarray(Number(first)).toString()).toMatch(/^\d+ <85>1 .*<b\/>$/);
  });

  it('a receiver that is not there is told of, and does not keep the service', async () => {
    const reasons: string[] = [];
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    const sink = auditSink({ kind: 'tcp', host: '127.0.0.1', port }, reason => reasons.push(reason));
    sink.send('<a/>');
    await sink.close();
    expect(reasons).toContain('ECONNREFUSED');
    expect(reasons).toContain('1 messages were not sent');
  });
});

function fail(reason: string): never {
  throw new Error(reason);
}
