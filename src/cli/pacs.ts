import type { Command } from 'commander';
import type * as z from 'zod';
import { version } from '../../package.json';
import { prepareNodeBackend } from '../backends/node';
import { settledSettings } from '../explain';
import type { ModelPackage } from '../models/package';
import {
  defaultRetries,
  DicomWebClient,
  findImages,
  findStudyImages,
  jsonLog,
  reasonOf,
  processImage,
  queueName,
  runImages,
  runQueue,
  runService,
  said,
  type InstanceAddress,
  type SearchFailure,
  type Process,
  type Tally,
  type Task,
  vouchedFor,
} from '../pacs';
import { openModel } from './open-model';
import { addOptions } from './options';
import { pacsOptions } from './pacs-options';
import { describeFailuresBy, muteLibraries } from './terminal';

/** As the command line gives them: without a method, the card's is used. */
type GivenOptions = z.infer<typeof pacsOptions>;
type PacsOptions = GivenOptions & { method: string };

/** Adds `explain pacs`. */
export function registerPacs(program: Command): void {
  const command = program
    .command('pacs')
    .description('Explain the new images of a DICOMweb server and store the results back')
    .argument('<url>', 'address of the DICOMweb service, e.g. http://127.0.0.1:8042/dicom-web');
  addOptions(command, pacsOptions).action((url: string, options: GivenOptions) => run(url, options));
}

async function run(url: string, given: GivenOptions): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(`${url} is no address of a DICOMweb service; it begins with http:// or https://.`);
  if (given.queue && given.dryRun) throw new Error('--dry-run shares no work: leave --queue out.');
  const isService = given.watch !== undefined || given.listen !== undefined;
  requireSense(given, isService);
  await prepareNodeBackend(given.backend, { keepFilters: true });
  const log = jsonLog(given.log ?? (line => process.stdout.write(line)), { least: given.logLevel });
  const signal = stopSignal();
  const { model, method } = await openModel(given);
  const options: PacsOptions = { ...given, method };
  // From here on patients' data are met: what libraries say, or an error that one throws, may quote them.
  muteLibraries();
  describeFailuresBy(reasonOf);
  try {
    const client = new DicomWebClient({
      url,
      headers: {
        ...(options.token && { Authorization: `Bearer ${options.token}` }),
        ...Object.fromEntries(options.header),
      },
      retries: { ...defaultRetries, retries: options.retries },
      onRetry: (reason, next) => log({ event: 'retry', reason, next }),
    });
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
    const begin = performance.now();
    const { limit, queue: redis, lease } = options;
    const explain = (address: InstanceAddress) => processImage(task, address);
    const work = (images: AsyncIterable<InstanceAddress>, process: Process): Promise<Tally> =>
      redis
        ? runQueue(
            images,
            process,
            log,
            queueName(task, url),
            { url: redis, leaseMs: 1000 * lease, attempts: 3 },
            { limit, signal },
          )
        : runImages(images, process, log, { limit, signal });
    const tally = isService
      ? await runService(
          {
            process: explain,
            log,
            all: search,
            ofStudy: (uid, onFailure) => findStudyImages(client, uid, modalities, onFailure),
            run: work,
          },
          {
            watchMs: options.watch && 1000 * options.watch,
            listen: options.listen && { ...options.listen, token: options.listenToken },
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
    model.dispose();
  }
}

/** @throws Error that names options which do not go together */
function requireSense(
  { dryRun, limit, date, days, listen, listenToken }: GivenOptions,
  isService: boolean,
): void {
  if (days !== undefined && !isService)
    throw new Error('--days is for --watch and --listen; one run takes --date.');
  if (days !== undefined && date !== undefined) throw new Error('--days and --date: give one of them.');
  if (isService && (dryRun || limit !== undefined))
    throw new Error('--dry-run and --limit are for one run: leave --watch and --listen out.');
  const isLocal = !listen || ['127.0.0.1', '::1', 'localhost'].includes(listen.host);
  if (!isLocal && !listenToken)
    throw new Error(
      `Others than this machine can reach ${listen.host}: set a token in EXPLAIN_LISTEN_TOKEN, which senders of notices must know.`,
    );
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
