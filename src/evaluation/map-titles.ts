import { methodById, type MethodCategory } from '../explain';
import type { ModelCard } from '../models/card';
import { defaultMethodOf } from '../models/default-method';
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
 * The map that others are compared with: the one asked for, else the default generator's Similar–Adversarial map, averaged
 * where that was asked for, else the first.
 *
 * @throws RangeError when the one asked for is not among them
 */
export function referenceRequest(
  requests: readonly MapRequest[],
  wanted: string | undefined,
): MapRequest | undefined {
  if (wanted !== undefined) {
    const found = requests.find(request => request.key === wanted);
    if (found) return found;
    const known = requests.map(request => request.key).join(', ');
    throw new RangeError(`--reference "${wanted}" is not among the maps of this evaluation: ${known}.`);
  }
  const own = requests.filter(({ methodId, slow }) => methodId === defaultMethodOf(undefined) && !slow);
  const first = own[0];
  return (
    own.find(({ augment, generator }) => augment && generator === first.generator) ?? first ?? requests[0]
  );
}
