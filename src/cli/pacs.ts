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
  jsonLog,
  reasonOf,
  processImage,
  queueName,
  runImages,
  runQueue,
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
  await prepareNodeBackend(given.backend, { keepFilters: true });
  const log = jsonLog(given.log ?? (line => process.stdout.write(line)));
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
    const query = { modalities, date: options.date, description: options.description };
    const images = findImages(client, query, failure => {
      unsearched++;
      log({ event: 'search-failed', ...failure });
    });
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
    const tally = redis
      ? await runQueue(
          images,
          address => processImage(task, address),
          log,
          queueName(task, url),
          { url: redis, leaseMs: 1000 * lease, attempts: 3 },
          { limit },
        )
      : await runImages(images, address => processImage(task, address), log, { limit });
    finish(log, tally, unsearched, (performance.now() - begin) / 1000);
  } catch (error) {
    log({ event: 'aborted', reason: reasonOf(error) });
    throw error;
  } finally {
    model.dispose();
  }
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

function finish(log: ReturnType<typeof jsonLog>, tally: Tally, unsearched: number, seconds: number): void {
  log({ event: 'end', ...tally, unsearched, seconds: Number(seconds.toFixed(3)) });
  if (tally.failed > 0 || unsearched > 0) process.exitCode = 1;
}
