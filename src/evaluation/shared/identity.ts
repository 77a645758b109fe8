import { createHash } from 'node:crypto';
import { version } from '../../../package.json';
import type { ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import type { EvaluateOptions } from '../options';
import { commandLine } from '../provenance';
import type { EvaluationSet } from '../set/set';

/** What processes must have alike so that what one measures of an image is what another would; hashes in hexadecimal. */
export interface SharedIdentity {
  /** Version of this program. */
  software: string;
  /** Version of the model package. */
  model: string;
  /** SHA-256 over the package's files and theirs. */
  weights: string;
  /** SHA-256 of images, labels and splits as the data folder lists them. */
  data: string;
  /** SHA-256 of prepared pixels and truths. */
  pixels: string;
  backend: string;
  /** All of it with the plan: methods, controls, calibration, metrics. */
  key: string;
}

/** What a difference is called, in the order in which it is looked for: a later one may follow from an earlier one. */
const names: Readonly<Record<keyof SharedIdentity, string>> = {
  software: 'version of explain',
  model: 'version of the model package',
  weights: 'files of the model package',
  data: 'list of images, labels and splits',
  pixels: 'pixels or truths',
  backend: '--backend',
  key: 'calibration, operating point or plan',
};

/** What this process has. @param key and content as the store of finished images is told them */
export function sharedIdentity(
  card: ModelCard,
  set: EvaluationSet,
  { key, content }: { key: string; content: string },
  { backend }: Pick<EvaluateOptions, 'backend'>,
): SharedIdentity {
  const files = Object.entries(card.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const weights = sha256Hex(new TextEncoder().encode(JSON.stringify(files)));
  return { software: version, model: card.version, weights, data: set.hash, pixels: content, backend, key };
}

/**
 * Name by which processes of one evaluation find each other: the model and the command without this machine's folders. Processes
 * of other commands are of other evaluations.
 */
export function meetingName(card: Pick<ModelCard, 'id'>, options: EvaluateOptions): string {
  return shortHash(`${card.id}\n${commandLine(options)}`);
}

/** Name of the work that processes of one identity share. */
export function workName(identity: SharedIdentity): string {
  return shortHash(JSON.stringify(identity));
}

/** In words, what another process has otherwise; undefined where it is all alike. */
export function difference(own: SharedIdentity, other: SharedIdentity): string | undefined {
  const field = (Object.keys(names) as (keyof SharedIdentity)[]).find(each => own[each] !== other[each]);
  if (field === undefined) return undefined;
  return `${names[field]}: ${shown(own[field])} here, ${shown(other[field])} there`;
}

/** A hash by its beginning. */
function shown(value: unknown): string {
  return String(value).slice(0, 12);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
