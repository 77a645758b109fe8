import { hostname } from 'node:os';
import type { Command } from 'commander';
import * as z from 'zod';
import { version } from '../../package.json';
import { prepareNodeBackend } from '../backends/node';
import { said, vouchedFor, type HarmlessText } from '../io/harmless';
import { withLock } from '../io/lock';
import { readGivenFile } from '../io/read-given-file';
import { readHeaders, readSecret } from '../io/secret';
import { withoutUser } from '../io/without-user';
import { settledSettings } from '../explain';
import type { ModelPackage } from '../models/package';
import {
  Audit,
  auditSink,
  Claims,
  defaultRetries,
  DicomWebClient,
  findImages,
  findStudyImages,
  heldResults,
  jsonLog,
  LineFile,
  logWriter,
  reasonOf,
  processImage,
  queueName,
  runImages,
  runQueue,
  runService,
  tlsFetch,
  Worklist,
  WorklistClient,
  type ClientTls,
  type Log,
  type InstanceAddress,
  type SearchFailure,
  type OnImageFailed,
  type Process,
  type Tally,
  type Task,
} from '../pacs';
import { withPassword } from '../queue';
import { openModel } from './open-model';
import { readOptionFile } from './option-file';
import { addOptions, givenOptions, overlay } from './options';
import { pacsOptions } from './pacs-options';
import { describeFailuresBy, muteLibraries, warnLine } from './terminal';

/** As the command line gives them: without a method, the card's is used. */
type GivenOptions = z.infer<typeof pacsOptions>;
type PacsOptions = GivenOptions & { model: string; method: string };

/** Adds `explain pacs`. */
export function registerPacs(program: Command): void {
  const command = program
    .command('pacs')
    .description('Explain the new images of a DICOMweb server and store the results back')
    .argument('[url]', 'address of the DICOMweb service, e.g. http://127.0.0.1:8042/dicom-web');
  addOptions(command, pacsOptions).action((url: string | undefined, typed: GivenOptions) => {
    const { url: written, ...filed } = typed.config === undefined ? {} : readPacsFile(typed.config);
    const given = overlay(typed, filed, givenOptions(command, pacsOptions));
    return withClaims(given.claims, () => run(url ?? written, given));
  });
}

/** Runs a service while no other one uses its file of claims: it would take this one's for a killed one's. */
async function withClaims(file: string | undefined, work: () => Promise<void>): Promise<void> {
  if (file === undefined) return work();
  return withLock(
    `${file}.lock`,
    holder => {
      const then = holder?.isSeen === false ? ' One that was killed is known to be gone after a minute.' : '';
      throw new Error(`Another service uses --claims ${file}. Each needs a file of its own.${then}`);
    },
    work,
  );
}

function readPacsFile(file: string): Partial<GivenOptions> & { url?: string } {
  return readOptionFile(file, pacsOptions, { url: z.string() });
}

async function run(url: string | undefined, asked: GivenOptions): Promise<void> {
  const given = asked.dryRun ? once(asked) : asked;
  if (url === undefined)
    throw new Error('Give the address of a DICOMweb service, as argument or as "url" in --config.');
  if (given.model === undefined) throw new Error('Give --model, or "model" in --config.');
  const { model: folder } = given;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(
      `${withoutUser(url)} is no address of a DICOMweb service; it begins with http:// or https://.`,
    );
  const isService = given.watch !== undefined || given.listen !== undefined || given.worklist !== undefined;
  const listenToken = readSecret(given.listenTokenFile, 'EXPLAIN_LISTEN_TOKEN');
  requireSense(given, isService, listenToken);
  const token = readSecret(given.tokenFile, 'EXPLAIN_PACS_TOKEN');
  const headers = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...Object.fromEntries([...given.header, ...readHeaders(given.headerFile)]),
  };
  const tls = tlsOf(given);
  await prepareNodeBackend(given.backend, { keepFilters: true });
  const logFile = given.log === undefined ? undefined : new LineFile('--log', given.log);
  let isStarting = true;
  const log = jsonLog(
    logFile ? logWriter(logFile, warnLine, () => isStarting) : line => process.stdout.write(line),
    {
      least: given.logLevel,
    },
  );
  const signal = stopSignal();
  const { model, method } = await openModel({ ...given, model: folder });
  const options: PacsOptions = { ...given, model: folder, method };
  const audit = auditOf(url, options, log, tls);
  // From here on patients' data are met: what libraries say, or an error that one throws, may quote them.
  muteLibraries();
  describeFailuresBy(reasonOf);
  try {
    const server = {
      headers,
      retries: { ...defaultRetries, retries: options.retries },
      onRetry: (reason: HarmlessText, next: number) => log({ event: 'retry', reason, next }),
      ...(tls && { fetch: tlsFetch(tls) }),
    };
    const client = new DicomWebClient({
      ...server,
      url,
      onTransaction: done => audit?.transaction(done),
    });
    audit?.application('start');
    const task = taskOf(client, model, options);
    const modalities = options.modality ?? model.card.applicability.modalities;
    let unsearched = 0;
    const onFailure = (failure: SearchFailure): void => {
      unsearched++;
      log({ event: 'search-failed', ...failure });
    };
    const search = (onFailure: (failure: SearchFailure) => void) =>
      findImages(
        client,
        { modalities, date: dateOf(options, new Date()), description: options.description },
        onFailure,
        signal,
      );
    const { id, version: modelVersion } = model.card;
    log({
      event: 'start',
      software: vouchedFor(version),
      model: vouchedFor(id),
      modelVersion: vouchedFor(modelVersion),
      method: vouchedFor(options.method),
      dryRun: options.dryRun,
    });
    isStarting = false;
    const begin = performance.now();
    const { limit, queue: redis, lease } = options;
    const explain = (address: InstanceAddress) => processImage(task, address);
    const worklist =
      options.worklist === undefined
        ? undefined
        : new Worklist(
            new WorklistClient({
              ...server,
              url: options.worklist,
              onTransaction: done => audit?.transaction(done, options.worklist),
            }),
            log,
            explain,
            (study, series, onFailure) =>
              findStudyImages(client, study, modalities, onFailure, { series, signal }),
            signal,
            address => heldResults(task, address),
            await Claims.open(options.claims),
          );
    const work = (
      images: AsyncIterable<InstanceAddress>,
      process: Process,
      onFailed?: OnImageFailed,
    ): Promise<Tally> =>
      redis
        ? runQueue(
            images,
            process,
            log,
            queueName(task, url),
            { url: withPassword(redis), leaseMs: 1000 * lease, attempts: 3 },
            { limit, signal, onFailed },
          )
        : runImages(images, process, log, { limit, signal, onFailed });
    const tally = isService
      ? await runService(
          {
            process: worklist?.process ?? explain,
            log,
            all: worklist ? onFailure => worklist.images(onFailure) : search,
            ofStudy: (uid, onFailure) => findStudyImages(client, uid, modalities, onFailure, { signal }),
            run: work,
          },
          {
            watchMs: 1000 * (options.watch ?? (worklist ? 60 : 0)) || undefined,
            listen: options.listen && { ...options.listen, token: listenToken, hosts: options.allowHost },
            amiss: () =>
              logFile?.failure !== undefined
                ? said`The log cannot be written (${logFile.failure}).`
                : audit?.failure && said`The audit cannot be written (${audit.failure}); its messages wait.`,
            signal,
          },
        )
      : await work(search(onFailure), explain);
    const seconds = (performance.now() - begin) / 1000;
    log({ event: 'end', ...tally, unsearched, seconds: Number(seconds.toFixed(3)) });
    // A service ends because it is told to; what failed in between it has tried again.
    if (isService) return;
    if (signal.aborted)
      log({ event: 'aborted', reason: said`Told to stop; the image in hand was finished.` });
    if (tally.failed > 0 || unsearched > 0 || signal.aborted) process.exitCode = 1;
  } catch (error) {
    log({ event: 'aborted', reason: reasonOf(error) });
    throw error;
  } finally {
    audit?.application('stop');
    await audit?.close();
    model.dispose();
  }
}

/** Certificates for the connection to the archive; undefined where Node's own do. @throws Error that names the file */
function tlsOf({ clientCertificate, clientKey, ca }: GivenOptions): ClientTls | undefined {
  if ((clientCertificate === undefined) !== (clientKey === undefined))
    throw new Error('--client-certificate and --client-key belong together: give both.');
  if (clientCertificate === undefined && ca === undefined) return undefined;
  const read = (file: string | undefined): Buffer | undefined =>
    file === undefined ? undefined : readGivenFile(file);
  const passphrase = process.env.EXPLAIN_CLIENT_KEY_PASSPHRASE;
  return { cert: read(clientCertificate), key: read(clientKey), passphrase, ca: read(ca) };
}

/** Failures to send are told at most once in so many milliseconds. */
const auditToldEach = 60_000;

function auditOf(
  url: string,
  { audit, auditSource }: GivenOptions,
  log: Log,
  tls: ClientTls | undefined,
): Audit | undefined {
  if (!audit) return undefined;
  let told = -Infinity;
  const onFailure = (reason: HarmlessText): void => {
    // The clock may be set back.
    if (performance.now() - told < auditToldEach) return;
    told = performance.now();
    log({ event: 'audit-failed', reason });
  };
  return new Audit(auditSink(audit, onFailure, tls), auditSource ?? `explain pacs ${hostname()}`, url);
}

/** @throws Error that names options which do not go together */
function requireSense(
  { dryRun, limit, date, days, listen, worklist, claims, queue }: GivenOptions,
  isService: boolean,
  listenToken: string | undefined,
): void {
  if (worklist !== undefined && queue !== undefined)
    throw new Error(
      '--worklist and --queue: the worklist shares the work among services; leave --queue out.',
    );
  if (claims !== undefined && worklist === undefined) throw new Error('--claims is for --worklist.');
  if (days !== undefined && !isService && !dryRun)
    throw new Error('--days is for --watch and --listen; one run takes --date.');
  if (days !== undefined && date !== undefined) throw new Error('--days and --date: give one of them.');
  if (dryRun && worklist !== undefined)
    throw new Error(
      '--dry-run takes on no workitem: leave --worklist out, and it says what a search would find.',
    );
  if (isService && limit !== undefined)
    throw new Error('--limit is for one run: leave --watch and --listen out.');
  const isLocal = !listen || ['127.0.0.1', '::1', 'localhost'].includes(listen.host);
  if (!isLocal && !listenToken)
    throw new Error(
      `Others than this machine can reach ${listen.host}: set a token by --listen-token-file or EXPLAIN_LISTEN_TOKEN, which senders of notices must know.`,
    );
}

/** A dry run looks once, so that the configuration of a service can be tried as it is. */
function once(given: GivenOptions): GivenOptions {
  const aside = (['watch', 'listen', 'queue'] as const).filter(name => given[name] !== undefined);
  if (aside.length > 0)
    warnLine(`A dry run looks once: ${aside.map(name => `--${name}`).join(', ')} left aside.`);
  return { ...given, watch: undefined, listen: undefined, queue: undefined };
}

/** Study Date of a search: as given, or the last days, local time. */
function dateOf({ date, days }: Pick<GivenOptions, 'date' | 'days'>, now: Date): string | undefined {
  if (days === undefined) return date;
  const first = new Date(now.getFullYear(), now.getMonth(), now.getDate() - Math.max(0, days - 1));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${first.getFullYear()}${two(first.getMonth() + 1)}${two(first.getDate())}-`;
}

/** SIGTERM or SIGINT, the first one: the image in hand is finished. A second one ends at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

function taskOf(client: DicomWebClient, model: ModelPackage, options: PacsOptions): Task {
  const {
    method,
    generator,
    augment,
    seed,
    results: kinds,
    percentiles,
    segEncoding: encoding,
    colours,
  } = options;
  return {
    client,
    model,
    settings: settledSettings(model.card, { methodId: method, generator, augment, seed }),
    selection: { kinds, percentiles, encoding, colours },
    software: version,
    dryRun: options.dryRun,
  };
}
