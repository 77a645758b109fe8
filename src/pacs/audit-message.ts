import { hostname } from 'node:os';
import type { QueriedSop } from './audit-query';

// Messages of PS3.15 A.5. Hand-written: no kept package writes them.

/** A coded value: code, scheme and meaning. */
type Code = readonly [code: string, scheme: string, meaning: string];

const events = {
  'application-activity': ['110100', 'DCM', 'Application Activity'],
  query: ['110112', 'DCM', 'Query'],
  'instances-transferred': ['110104', 'DCM', 'DICOM Instances Transferred'],
} as const satisfies Record<string, Code>;

const eventTypes = {
  start: ['110120', 'DCM', 'Application Start'],
  stop: ['110121', 'DCM', 'Application Stop'],
} as const satisfies Record<string, Code>;

const roles = {
  application: ['110150', 'DCM', 'Application'],
  launcher: ['110151', 'DCM', 'Application Launcher'],
  destination: ['110152', 'DCM', 'Destination Role ID'],
  source: ['110153', 'DCM', 'Source Role ID'],
} as const satisfies Record<string, Code>;

interface Participant {
  userId: string;
  alternativeUserId?: string;
  isRequestor: boolean;
  /** Host name or address. */
  accessPoint?: string;
  role: keyof typeof roles;
}

interface AuditObject {
  idType: Code;
  id: string;
  /** PS3.15 A.5.1.2.2: 1 patient, 3 report. */
  type: 1 | 2;
  role: 1 | 3;
  /** A name, or a query as a data set; the schema asks for one of them. */
  name?: string;
  query?: QueriedSop;
  /** Instances by their class, where it is known. */
  instances?: { sopClassUid?: string; uids: readonly string[] }[];
}

export interface AuditEvent {
  event: keyof typeof events;
  type?: keyof typeof eventTypes;
  /** Execute, Create, Read. */
  action: 'E' | 'C' | 'R';
  /** Whether it came to its end. */
  succeeded: boolean;
  participants: readonly Participant[];
  objects: readonly AuditObject[];
}

/** One message as XML. @param source what reports it, in the words of the site */
export function auditMessage(
  { event, type, action, succeeded, participants, objects }: AuditEvent,
  source: string,
  now: Date,
): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?><AuditMessage>',
    tag(
      'EventIdentification',
      { EventActionCode: action, EventDateTime: now.toISOString(), EventOutcomeIndicator: succeeded ? 0 : 4 },
      coded('EventID', events[event]) + (type ? coded('EventTypeCode', eventTypes[type]) : ''),
    ),
    ...participants.map(participantOf),
    tag(
      'AuditSourceIdentification',
      { AuditSourceID: source },
      // Application server process.
      tag('AuditSourceTypeCode', { 'csd-code': 4 }),
    ),
    ...objects.map(objectOf),
    '</AuditMessage>',
  ].join('');
}

function participantOf({ userId, alternativeUserId, isRequestor, accessPoint, role }: Participant): string {
  return tag(
    'ActiveParticipant',
    {
      UserID: userId,
      AlternativeUserID: alternativeUserId,
      UserIsRequestor: isRequestor,
      NetworkAccessPointID: accessPoint,
      NetworkAccessPointTypeCode: accessPoint === undefined ? undefined : isAddress(accessPoint) ? 2 : 1,
    },
    coded('RoleIDCode', roles[role]),
  );
}

function objectOf({ idType, id, type, role, name, query, instances = [] }: AuditObject): string {
  const classes = instances.map(({ sopClassUid, uids }) =>
    tag(
      'SOPClass',
      { UID: sopClassUid, NumberOfInstances: uids.length },
      uids.map(uid => tag('Instance', { UID: uid })).join(''),
    ),
  );
  return tag(
    'ParticipantObjectIdentification',
    { ParticipantObjectID: id, ParticipantObjectTypeCode: type, ParticipantObjectTypeCodeRole: role },
    [
      coded('ParticipantObjectIDTypeCode', idType),
      query === undefined
        ? tag('ParticipantObjectName', {}, escaped(name ?? 'not recorded'))
        : tag('ParticipantObjectQuery', {}, base64(query.dataset)) +
          tag('ParticipantObjectDetail', {
            type: 'TransferSyntax',
            value: base64(Buffer.from(query.transferSyntaxUid)),
          }),
      ...(classes.length > 0 ? [tag('ParticipantObjectDescription', {}, classes.join(''))] : []),
    ].join(''),
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function coded(name: string, [code, codeSystemName, originalText]: Code): string {
  return tag(name, { 'csd-code': code, codeSystemName, originalText });
}

function tag(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  content = '',
): string {
  const said = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escaped(String(value))}"`,
  );
  return content === '' ? `<${name}${said.join('')}/>` : `<${name}${said.join('')}>${content}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML has none of are left out. */
function escaped(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '').replaceAll(/[&<>"]/g, one => entities[one]);
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

/** This process among the participants. */
export function thisProcess(role: keyof typeof roles, isRequestor: boolean): Participant {
  return {
    userId: String(process.pid),
    alternativeUserId: 'explain pacs',
    isRequestor,
    accessPoint: hostname(),
    role,
  };
}
