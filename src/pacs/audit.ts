import { userInfo } from 'node:os';
import { queriedSop } from './audit-query';
import { auditMessage, thisProcess, type AuditEvent } from './audit-message';
import type { Transaction } from './dicomweb-client';
import type { HarmlessText } from '../io/harmless';
import type { AuditSink } from './syslog';

/** Patients of studies that were looked at last. */
const mostKnown = 1000;

/**
 * Tells in messages of PS3.15 A.5 what was done: start and stop, queries, instances that were fetched and stored. No name of a
 * patient is in them; study, instance and patient identifiers are, as the standard asks.
 */
export class Audit {
  private readonly patients = new Map<string, string>();
  private readonly archive: Server;

  /** @param source what the site calls this service (Audit Source ID) */
  constructor(
    private readonly sink: AuditSink,
    private readonly source: string,
    archive: string,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.archive = serverAt(archive);
  }

  application(type: 'start' | 'stop'): void {
    const launcher = { userId: userOf(), isRequestor: true, role: 'launcher' } as const;
    this.send({
      event: 'application-activity',
      type,
      action: 'E',
      succeeded: true,
      participants: [thisProcess('application', false), launcher],
      objects: [],
    });
  }

  /** What a server was asked for. @param url of it, default the archive's */
  transaction(done: Transaction, url?: string): void {
    const server = url === undefined ? this.archive : serverAt(url);
    if (done.kind === 'metadata' && done.attributes) this.note(done.studyUid, done.attributes.PatientID);
    if (done.kind === 'query' || done.kind === 'metadata') this.query(done, server);
    else this.transfer(done, server);
  }

  /** Why messages wait to be written to a file; undefined where none does. */
  get failure(): HarmlessText | undefined {
    return this.sink.failure;
  }

  async close(): Promise<void> {
    await this.sink.close();
  }

  private query({ path, succeeded }: Extract<Transaction, { path: string }>, server: Server): void {
    const query = queriedSop(path);
    this.send({
      event: 'query',
      action: 'E',
      succeeded,
      participants: [thisProcess('source', true), { ...server, isRequestor: false, role: 'destination' }],
      objects: [
        { idType: ['110181', 'DCM', 'SOP Class UID'], id: query.sopClassUid, type: 2, role: 3, query },
      ],
    });
  }

  private transfer(
    { kind, studyUid, instances, succeeded }: Extract<Transaction, { instances: object }>,
    server: Server,
  ): void {
    const isFetched = kind === 'retrieve';
    const archive = { ...server, isRequestor: false };
    this.send({
      event: 'instances-transferred',
      // What is fetched is not kept; what is stored was not there.
      action: isFetched ? 'R' : 'C',
      succeeded,
      participants: isFetched
        ? [{ ...archive, role: 'source' }, thisProcess('destination', true)]
        : [thisProcess('source', true), { ...archive, role: 'destination' }],
      objects: [
        {
          idType: ['110180', 'DCM', 'Study Instance UID'],
          id: studyUid,
          type: 2,
          role: 3,
          name: 'Study',
          instances: [{ uids: instances }],
        },
        {
          idType: ['2', 'RFC-3881', 'Patient Number'],
          id: this.patients.get(studyUid) ?? '',
          type: 1,
          role: 1,
        },
      ],
    });
  }

  private note(studyUid: string, patientId: unknown): void {
    if (typeof patientId !== 'string') return;
    this.patients.delete(studyUid);
    this.patients.set(studyUid, patientId);
    if (this.patients.size > mostKnown) this.patients.delete([...this.patients.keys()][0]);
  }

  private send(event: AuditEvent): void {
    this.sink.send(auditMessage(event, this.source, this.now()));
  }
}

/** A server among the participants. */
interface Server {
  userId: string;
  accessPoint: string;
}

/** Without what may stand for a log-in in an address. */
function serverAt(url: string): Server {
  const { origin, pathname, hostname } = new URL(url);
  return { userId: origin + pathname, accessPoint: hostname.replace(/^\[|\]$/g, '') };
}

function userOf(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
