import * as z from 'zod';
import { flag, option, text, wholeNumber } from '../io/options';
import { defaultRetries, logLevels, type AuditTarget } from '../pacs';
import { leaseOption, redisAddress, secondsFromOne } from '../queue';
import {
  usualKindsOption,
  augmentOption,
  dicomResultOptions,
  explanationSeed,
  generatorOption,
  labelOption,
  methodOption,
} from './result-options';

const modalities = z
  .string()
  .transform(written => written.split(',').map(part => part.trim().toUpperCase()))
  .refine(
    parts => parts.every(part => /^[A-Z0-9_]{1,16}$/.test(part)),
    'Modalities are separated by commas, e.g. CR,DX.',
  );

const dates = z
  .string()
  .regex(/^\d{8}(-(\d{8})?)?$|^-\d{8}$/, 'A date is YYYYMMDD, a range two of them with a hyphen between.');

/** Names of headers that open doors. */
const opensDoor = /authorization|cookie|token|secret|password|api-?key/i;

/** Reads `Name: value`. */
const header = z.string().transform((written, context): [name: string, value: string] => {
  const match = /^([A-Za-z0-9-]+):\s*(.+)$/.exec(written);
  if (match && opensDoor.test(match[1])) {
    context.addIssue(
      'A header that opens a door is given by --header-file: others of the machine read command lines.',
    );
    return z.NEVER;
  }
  if (match) return [match[1], match[2]];
  context.addIssue('A header has the form "Name: value".');
  return z.NEVER;
});

/** Reads `8044` or `0.0.0.0:8044`; without a host, loopback. */
const listenAddress = z.string().transform((written, context): { host: string; port: number } => {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(written);
  const port = Number(match?.[2]);
  if (match && port <= 65_535) return { host: match[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1', port };
  context.addIssue('An address to listen at is a port, or a host and a port: 8044, 0.0.0.0:8044.');
  return z.NEVER;
});

const webAddress = z
  .string()
  .refine(
    written => URL.canParse(written) && /^https?:$/.test(new URL(written).protocol),
    'It is no address; it begins with http:// or https://.',
  );

/** Usual ports of syslog (RFC 5426, 6587, 5425). */
const syslogPorts = { udp: 514, tcp: 601, tls: 6514 } as const;

/** A file, or `udp://host:port`. */
const auditTarget = z.string().transform((written, context): AuditTarget => {
  const match = /^(udp|tcp|tls):\/\/(\[[0-9a-fA-F:]+\]|[^:/[\]]+)(?::(\d{1,5}))?\/?$/.exec(written);
  if (match) {
    const kind = match[1] as keyof typeof syslogPorts;
    const port = match[3] === undefined ? syslogPorts[kind] : Number(match[3]);
    const host = match[2].replace(/^\[|\]$/g, '');
    if (port > 0 && port <= 65_535) return { kind, host, port };
  } else if (!written.includes('://') && written.trim() !== '') return { kind: 'file', path: written };
  context.addIssue('Audit messages go to a file, or to udp://host:514, tcp://host:601 or tls://host:6514.');
  return z.NEVER;
});

/** Options of `explain pacs`. */
export const pacsOptions = z.object({
  config: option(text().optional(), {
    value: '<file>',
    help: 'JSON file of options by their names in camel case, and the url; the command line goes over it',
  }),
  model: option(text().optional(), {
    value: '<folder>',
    help: 'model package (required, here or in --config)',
  }),
  modality: option(modalities.optional(), {
    value: '<list>',
    help: 'modalities to look for (default: those of the model)',
  }),
  date: option(dates.optional(), {
    value: '<range>',
    help: 'study date: 20260131, 20260101-20260131, 20260101- or -20260131',
  }),
  description: option(text().optional(), { value: '<pattern>', help: 'study description, with * and ?' }),
  method: methodOption('explanation method (default: the model’s own)'),
  label: labelOption,
  generator: generatorOption,
  augment: augmentOption('average over this many random transforms; 0 for one pass'),
  seed: explanationSeed,
  results: usualKindsOption('what to store'),
  ...dicomResultOptions,
  tokenFile: option(text().optional(), {
    value: '<file>',
    help: 'file with the bearer token for the server (or EXPLAIN_PACS_TOKEN)',
  }),
  header: option(z.array(header).default([]), {
    value: '<name: value>',
    help: 'further header of every request; may be repeated; none that opens a door',
    secret: true,
  }),
  headerFile: option(text().optional(), {
    value: '<file>',
    help: 'file with further headers, "Name: value" a line: for those that open a door',
  }),
  clientCertificate: option(text().optional(), {
    value: '<file>',
    help: 'certificate by which the server knows this client, PEM',
  }),
  clientKey: option(text().optional(), {
    value: '<file>',
    help: 'its key, PEM (its passphrase: EXPLAIN_CLIENT_KEY_PASSPHRASE)',
  }),
  ca: option(text().optional(), {
    value: '<file>',
    help: 'certificates of authorities that are trusted, PEM, in place of the usual ones',
  }),
  audit: option(auditTarget.optional(), {
    value: '<file|address>',
    help: 'audit messages (PS3.15 A.5) to a file, or to syslog: udp://host:514, tcp://host:601, tls://host:6514',
  }),
  auditSource: option(text().optional(), {
    value: '<id>',
    help: 'Audit Source ID (default: explain pacs and the host’s name)',
  }),
  retries: option(wholeNumber(0, 1000).default(defaultRetries.retries), {
    value: '<count>',
    help: 'tries after a failure that may pass',
  }),
  dryRun: option(flag(), {
    help: 'say what would be done, once; explain and store nothing (--watch, --listen and --queue are left aside)',
  }),
  limit: option(wholeNumber(0, 10_000_000).optional(), {
    value: '<count>',
    help: 'stop after this many images',
  }),
  queue: option(redisAddress.optional(), {
    value: '<redis-url>',
    help: 'share the work with other workers through Redis (its password: EXPLAIN_REDIS_PASSWORD)',
    secret: true,
  }),
  lease: leaseOption('a job'),
  watch: option(secondsFromOne().optional(), {
    value: '<seconds>',
    help: 'stay, and look for new images at this interval; longer after failures',
  }),
  days: option(wholeNumber(0, 100_000).optional(), {
    value: '<count>',
    help: 'with --watch or --listen: only studies of the last so many days, today among them',
  }),
  listen: option(listenAddress.optional(), {
    value: '<[host:]port>',
    help: 'stay, and be told of new studies (POST /studies); also /health and /metrics',
  }),
  listenTokenFile: option(text().optional(), {
    value: '<file>',
    help: 'what a sender of notices must know (or EXPLAIN_LISTEN_TOKEN); needed where others than this machine can reach the address',
  }),
  allowHost: option(z.array(text()).optional(), {
    value: '<name...>',
    help: 'with --listen and no token: further host names to answer to, e.g. that of a reverse proxy',
  }),
  worklist: option(webAddress.optional(), {
    value: '<url>',
    help: 'stay, and take on workitems of this UPS-RS worklist in place of what a search finds; --watch is how often it is asked (default 60)',
  }),
  claims: option(text().optional(), {
    value: '<file>',
    help: 'with --worklist: file of what this service has taken on, so that it goes on with it after it was killed',
  }),
  logLevel: option(z.enum(logLevels).default('info'), {
    value: '<level>',
    help: 'least level that is logged',
  }),
  log: option(text().optional(), {
    value: '<file>',
    help: 'append the log to this file (default: standard output)',
  }),
  backend: option(z.enum(['wasm', 'cpu']).default('wasm'), {
    value: '<name>',
    help: 'TensorFlow.js backend',
  }),
});
