import { backendChoices, type BackendChoice } from '../backends/browser-choice';
import { readStudyConfiguration, type StudyConfiguration } from './study/configuration';

/** What the extension can be told, in app-config's `explain` or as OHIF's `[extension, {…}]`. */
export interface Configuration {
  /** Folder of the worker, the wasm files and `models/`; ends in '/'. */
  baseUrl: string;
  /** Ids of the models to offer; default: those in `models/index.json`. */
  models?: readonly string[];
  /** Model to prefer where several fit the image. */
  defaultModel?: string;
  /** tfjs backend to ask for; default `auto`. `?backend=` in the viewer's address goes over it. */
  backend: BackendChoice;
  /** At most so many workers share an averaged map; default: one a core, at most four, fewer where memory is short. */
  workers?: number;
  /**
   * The panel asks readers what they say of an explanation, and keeps that in the browser or the archive. With an organization
   * they may attest an answer in its name.
   */
  answers?: { organization?: string };
  /** Address of a service (`explain pacs --listen`) that whole studies are handed to, of this page's own origin. */
  service?: string;
  /** A reader study, for which alone the viewer then is there. */
  study?: StudyConfiguration;
}

/**
 * What the viewer's address says: `?backend=wasm` goes over the configuration, to compare backends or to help somebody whose
 * graphics card is at fault.
 */
export function configurationOfAddress(search: string): Partial<Configuration> {
  const backend = new URLSearchParams(search).get('backend');
  const known = backendChoices.find(choice => choice === backend);
  return known ? { backend: known } : {};
}

/**
 * Reads the configuration; unknown or ill-typed fields are left out rather than breaking the viewer.
 *
 * @param defaultBaseUrl where a build-time install has OHIF put the files
 */
export function readConfiguration(value: unknown, defaultBaseUrl: string): Configuration {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const baseUrl = typeof given.baseUrl === 'string' && given.baseUrl ? given.baseUrl : defaultBaseUrl;
  const { models, defaultModel, backend, workers } = given;
  return {
    baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
    models: Array.isArray(models) && models.every(id => typeof id === 'string') ? models : undefined,
    defaultModel: typeof defaultModel === 'string' ? defaultModel : undefined,
    ...answersOf(given.answers),
    ...(typeof given.service === 'string' && given.service !== '' && { service: given.service }),
    study: readStudyConfiguration(given.study, globalThis.location?.href ?? 'http://localhost/'),
    backend: backendChoices.find(choice => choice === backend) ?? 'auto',
    workers: Number.isInteger(workers) && (workers as number) > 0 ? (workers as number) : undefined,
  };
}

/** `true`, or an object that names the organization; anything else asks for no answers. */
function answersOf(given: unknown): Pick<Configuration, 'answers'> {
  if (given === true) return { answers: {} };
  if (typeof given !== 'object' || given === null) return {};
  const { organization } = given as Record<string, unknown>;
  return { answers: typeof organization === 'string' && organization !== '' ? { organization } : {} };
}
