import { methodById, methods, type FilmSettings } from '../../explain';
import type { ModelCard } from '../../models/card';
import { carrying, generatorsOf } from '../../models/generator-choice';

/** A map that the evaluation makes of every image with truth. Plain data: it travels to the workers. */
export interface MapRequest {
  /** Key in the results, e.g. `similar-adversarial:duo+aug`. */
  key: string;
  title: string;
  methodId: string;
  /** Id of the generator; absent: the one that the method prefers. */
  generator?: string;
  augment?: { count: number; seed: number };
  /** Seed of the method's own random numbers. */
  seed: number;
  /** Made of the seeded subset alone, for it takes many passes. */
  slow: boolean;
}

export interface RequestOptions {
  /** Transforms of the averaged forms; 0 leaves them out. */
  augment: number;
  seed: number;
  /** Ids of many-pass methods that run on all images nevertheless. */
  inFull?: readonly string[];
}

/** Ends the text of a request for the averaged form. */
const averagedEnding = '+aug';

/**
 * Reads a list of methods: ids, `id:generator` for a certain generator, `id+aug` for the averaged form alone, or `all`: every
 * method that the model can run, with each generator that fits. With `augment`, a one-shot method is followed by its
 * averaged form. Methods that are not one-shot are slow, averaged or not, unless named in `inFull`.
 *
 * @throws RangeError naming what is not known
 */
export function parseRequests(list: string, card: ModelCard, options: RequestOptions): MapRequest[] {
  const texts = list.split(',').map(text => text.trim());
  const plain = texts.flatMap(text => (text === 'all' ? everyRequest(card) : [text]));
  const requests = plain.flatMap(text => requestsOf(text, options));
  return [...new Map(requests.map(request => [request.key, request])).values()];
}

/** Texts of all requests that a model can meet. */
function everyRequest(card: ModelCard): string[] {
  return methods.flatMap(({ id, needs }) => {
    if (!needs.generator) return [id];
    const fitting = generatorsOf(card, needs.generator);
    return fitting.length === 1 ? [id] : fitting.map(generator => `${id}:${generator}`);
  });
}

function requestsOf(text: string, options: RequestOptions): MapRequest[] {
  const averagedAlone = text.endsWith(averagedEnding);
  const plain = plainRequest(averagedAlone ? text.slice(0, -averagedEnding.length) : text, options);
  const averaged: MapRequest = {
    ...plain,
    key: `${plain.key}${averagedEnding}`,
    title: `${plain.title} + aug`,
    augment: { count: options.augment, seed: options.seed },
  };
  if (averagedAlone) {
    if (options.augment === 0) throw new RangeError(`"${text}" needs --augment of at least 1.`);
    return [averaged];
  }
  return options.augment > 0 && methodById(plain.methodId).oneShot ? [plain, averaged] : [plain];
}

function plainRequest(text: string, { seed, inFull = [] }: RequestOptions): MapRequest {
  const [methodId, generator] = text.split(':');
  const { title, oneShot } = methodById(methodId);
  return {
    key: text,
    title: generator === undefined ? title : `${title} (${generator})`,
    methodId,
    generator,
    seed,
    slow: !oneShot && !inFull.includes(methodId),
  };
}

/** How the map of a request is made. */
export function requestedSettings({ methodId, generator, augment, seed }: MapRequest): FilmSettings {
  return { methodId, generator, augment: augment?.count ?? 0, seed: augment?.seed ?? seed };
}

/** Id of the generator that a request uses, or undefined where it needs none. */
export function requestedGenerator({ methodId, generator }: MapRequest, card: ModelCard): string | undefined {
  const kinds = methodById(methodId).needs.generator;
  return kinds && (generator ?? generatorsOf(card, kinds)[0]);
}

/** Why a model cannot meet a request, or undefined. */
export function whyNot(request: MapRequest, card: ModelCard): string | undefined {
  const { needs } = methodById(request.methodId);
  if (!needs.generator) return undefined;
  const fitting = generatorsOf(card, needs.generator);
  if (request.generator === undefined ? fitting.length > 0 : fitting.includes(request.generator))
    return undefined;
  const present = Object.keys(card.generators).join(', ') || 'none';
  const { title } = methodById(request.methodId);
  const wanted = request.generator === undefined ? '' : ` "${request.generator}"`;
  const kinds = needs.generator.join(' or ');
  return `${title} needs a generator${wanted} of the kind ${kinds}; ${carrying(card)}: ${present}.`;
}

/** Titles of the methods that `all` leaves out because the model has no generator for them. */
export function leftOutMethods(card: ModelCard): string[] {
  return methods
    .filter(({ needs }) => needs.generator && generatorsOf(card, needs.generator).length === 0)
    .map(({ title, needs }) => `${title} (no generator of the kind ${needs.generator?.join(', ')})`);
}
