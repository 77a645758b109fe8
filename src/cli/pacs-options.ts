import * as z from 'zod';
import { decimal, flag, option, text, wholeNumber } from '../io/options';
import { defaultRetries, logLevels } from '../pacs';
import {
  usualKindsOption,
  augmentOption,
  dicomResultOptions,
  explanationSeed,
  generatorOption,
  methodOption,
} from './result-options';

const secondsFromOne = () => decimal(seconds => seconds >= 1, 'This is no number of seconds from 1 on.');

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

/** Reads `Name: value`. */
const header = z.string().transform((written, context): [name: string, value: string] => {
  const match = /^([A-Za-z0-9-]+):\s*(.+)$/.exec(written);
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

/** Options of `explain pacs`. */
export const pacsOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
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
  generator: generatorOption,
  augment: augmentOption('average over this many random transforms; 0 for one pass'),
  seed: explanationSeed,
  results: usualKindsOption('what to store'),
  ...dicomResultOptions,
  token: option(text().optional(), {
    value: '<token>',
    help: 'bearer token for the server',
    env: 'EXPLAIN_PACS_TOKEN',
    secret: true,
  }),
  header: option(z.array(header).default([]), {
    value: '<name: value>',
    help: 'further header of every request; may be repeated',
    secret: true,
  }),
  retries: option(wholeNumber().default(defaultRetries.retries), {
    value: '<count>',
    help: 'tries after a failure that may pass',
  }),
  dryRun: option(flag(), { help: 'say what would be done; explain and store nothing' }),
  limit: option(wholeNumber().optional(), { value: '<count>', help: 'stop after this many images' }),
  queue: option(text().optional(), {
    value: '<redis-url>',
    help: 'share the work with other workers through Redis',
    secret: true,
  }),
  lease: option(secondsFromOne().default(60), {
    value: '<seconds>',
    help: 'after this long without a sign of life a job goes to another worker',
  }),
  watch: option(secondsFromOne().optional(), {
    value: '<seconds>',
    help: 'stay, and look for new images at this interval; longer after failures',
  }),
  days: option(wholeNumber().optional(), {
    value: '<count>',
    help: 'with --watch or --listen: only studies of the last so many days, today among them',
  }),
  listen: option(listenAddress.optional(), {
    value: '<[host:]port>',
    help: 'stay, and be told of new studies (POST /studies); also /health and /metrics',
  }),
  listenToken: option(text().optional(), {
    value: '<token>',
    help: 'what a sender of notices must know; needed where others than this machine can reach the address',
    env: 'EXPLAIN_LISTEN_TOKEN',
    secret: true,
  }),
  logLevel: option(z.enum(logLevels).default('debug'), {
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
