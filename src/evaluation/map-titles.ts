import { methodById, type MethodCategory } from '../explain';
import type { ModelCard } from '../models/card';
import { defaultMethodOf, type MethodFacts } from '../models/default-method';
import { requestedGenerator, type MapRequest } from './plan/map-requests';
import { trivialTitles } from './plan/trivial';
import type { MapTitle } from './records';

/** How the tables group maps. */
const families: Record<MethodCategory, MapTitle['family']> = {
  pair: 'image-generator',
  adversarial: 'image-generator',
  mask: 'mask-generator',
  gradient: 'baseline',
  perturbation: 'baseline',
};

/** Rows of the tables, the methods in the order asked for, then the trivial maps. */
export function mapTitles(requests: readonly MapRequest[], card: ModelCard): MapTitle[] {
  const titles = requests.map(request => {
    const family = families[methodById(request.methodId).category];
    const { key, title, slow } = request;
    const generator = requestedGenerator(request, card);
    return { key, title, slow, generator, averaged: request.augment !== undefined, family } as const;
  });
  return [...titles, ...trivialTitles];
}

/**
 * The map that others are compared with: the one asked for, else that of the package's own method (of its first generator
 * among the requests), averaged where that was asked for; where that method is not among the requests, the first of them.
 *
 * @throws RangeError when the one asked for is not among them
 */
export function referenceRequest(
  requests: readonly MapRequest[],
  wanted: string | undefined,
  card: MethodFacts,
): MapRequest | undefined {
  if (wanted !== undefined) {
    const found = requests.find(request => request.key === wanted);
    if (found) return found;
    const known = requests.map(request => request.key).join(', ');
    throw new RangeError(`--reference "${wanted}" is not among the maps of this evaluation: ${known}.`);
  }
  const own = requests.filter(({ methodId, slow }) => methodId === defaultMethodOf(card) && !slow);
  const first = own[0];
  return (
    own.find(({ augment, generator }) => augment && generator === first.generator) ?? first ?? requests[0]
  );
}

/** Which map is the reference where none was named, and why that one; undefined where one was. */
export function referenceNote(
  requests: readonly MapRequest[],
  wanted: string | undefined,
  card: MethodFacts,
): string | undefined {
  const reference = wanted === undefined ? referenceRequest(requests, wanted, card) : undefined;
  if (!reference) return undefined;
  const own = defaultMethodOf(card);
  const why =
    reference.methodId === own
      ? 'the package’s own method'
      : `the first of --methods, since the package’s own method (${own}) is not among them`;
  return `No --reference was given: all maps are compared with ${reference.title} (${reference.key}), ${why}.`;
}
