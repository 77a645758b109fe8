import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { version } from '../../package.json';
import { prepareNodeBackend, type NodeBackendName } from '../backends/node';
import type { ResultKind, SegmentationEncoding } from '../dicom/results';
import { methodById, usedGenerator } from '../explain';
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
import { parseKinds, parsePercentiles } from './dicom-results';
import { openModel } from './open-model';
import { describeFailuresBy, muteLibraries } from './terminal';

interface PacsOptions {
  model: string;
  modality?: string[];
  date?: string;
  description?: string;
  method: string;
  generator?: string;
  augment: number;
  seed: number;
  results: ResultKind[];
  percentiles: number[];
  segEncoding: SegmentationEncoding;
  token?: string;
  header: Record<string, string>;
  retries: number;
  dryRun?: boolean;
  limit?: number;
  queue?: string;
  lease: number;
  log?: string;
  backend: NodeBackendName;
}

/** As the command line gives them: without a method, the card's is used. */
type GivenOptions = Omit<PacsOptions, 'method'> & { method?: string };

/** Adds `explain pacs`. */
export function registerPacs(program: Command): void {
  program
    .command('pacs')
    .description('Explain the new images of a DICOMweb server and store the results back')
    .argument('<url>', 'address of the DICOMweb service, e.g. http://127.0.0.1:8042/dicom-web')
    .requiredOption('--model <folder>', 'model package')
    .option('--modality <list>', 'modalities to look for (default: those of the model)', toList)
    .option('--date <range>', 'study date: 20260131, 20260101-20260131, 20260101- or -20260131', toDate)
    .option('--description <pattern>', 'study description, with * and ?')
    .option('--method <id>', 'explanation method (default: the model’s own)')
    .option('--generator <id>', 'generator, where the model has several')
    .option('--augment <count>', 'average over this many random transforms; 0 for one pass', toCount, 0)
    .option('--seed <number>', 'fixes the transforms and the method’s noise', toCount, 0)
    .option('--results <kinds>', 'what to store: seg, pm, sc, sr', parseKinds, ['seg', 'pm', 'sc', 'sr'])
    .option(
      '--percentiles <list>',
      'percentiles of the DICOM SEG; several give bands',
      parsePercentiles,
      [90],
    )
    .addOption(
      new Option('--seg-encoding <kind>', 'how the DICOM SEG holds its pixels')
        .choices(['binary', 'labelmap'])
        .default('binary'),
    )
    .addOption(new Option('--token <token>', 'bearer token for the server').env('EXPLAIN_PACS_TOKEN'))
    .option('--header <name: value>', 'further header of every request; may be repeated', toHeader, {})
    .option('--retries <count>', 'tries after a failure that may pass', toCount, defaultRetries.retries)
    .option('--dry-run', 'say what would be done; explain and store nothing')
    .option('--limit <count>', 'stop after this many images', toCount)
    .option('--queue <redis-url>', 'share the work with other workers through Redis')
    .option(
      '--lease <seconds>',
      'after this long without a sign of life a job goes to another worker',
      toSeconds,
      60,
    )
    .option('--log <file>', 'append the log to this file (default: standard output)')
    .addOption(
      new Option('--backend <name>', 'TensorFlow.js backend').choices(['wasm', 'cpu']).default('wasm'),
    )
    .action((url: string, options: GivenOptions) => run(url, options));
}

async function run(url: string, given: GivenOptions): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(`${url} is no address of a DICOMweb service; it begins with http:// or https://.`);
  if (given.queue && given.dryRun) throw new Error('--dry-run shares no work: leave --queue out.');
  await prepareNodeBackend(given.backend);
  const log = jsonLog(given.log ?? (line => process.stdout.write(line)));
  const { model, method } = await openModel(given);
  const options: PacsOptions = { ...given, method };
  // From here on patients' data are met: what libraries say, or an error that one throws, may quote them.
  muteLibraries();
  describeFailuresBy(reasonOf);
  try {
    const client = new DicomWebClient({
      url,
      headers: { ...(options.token && { Authorization: `Bearer ${options.token}` }), ...options.header },
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
  const { method, generator, augment, seed, results: kinds, percentiles, segEncoding: encoding } = options;
  return {
    client,
    model,
    settings: {
      methodId: method,
      methodTitle: methodById(method).title,
      generator: usedGenerator(model.card, method, generator),
      augment,
      seed,
      backend: tf.getBackend(),
    },
    selection: { kinds, percentiles, encoding },
    software: version,
    dryRun: options.dryRun,
  };
}

function finish(log: ReturnType<typeof jsonLog>, tally: Tally, unsearched: number, seconds: number): void {
  log({ event: 'end', ...tally, unsearched, seconds: Number(seconds.toFixed(3)) });
  if (tally.failed > 0 || unsearched > 0) process.exitCode = 1;
}

function toList(text: string): string[] {
  const list = text.split(',').map(part => part.trim().toUpperCase());
  if (list.some(part => !/^[A-Z0-9_]{1,16}$/.test(part)))
    throw new InvalidArgumentError('Modalities are separated by commas, e.g. CR,DX.');
  return list;
}

function toDate(text: string): string {
  if (/^\d{8}(-(\d{8})?)?$|^-\d{8}$/.test(text)) return text;
  throw new InvalidArgumentError('A date is YYYYMMDD, a range two of them with a hyphen between.');
}

function toCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('This is no whole number.');
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 1) return seconds;
  throw new InvalidArgumentError('This is no number of seconds from 1 on.');
}

/** Adds one `Name: value`; the value may be a secret, so a message never repeats it. */
function toHeader(text: string, before: Record<string, string>): Record<string, string> {
  const match = /^([A-Za-z0-9-]+):\s*(.+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('A header has the form "Name: value".');
  return { ...before, [match[1]]: match[2] };
}
