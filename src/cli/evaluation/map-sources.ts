import {
  augmented,
  methodById,
  methods,
  type ExplainContext,
  type ExplanationMethod,
  type MethodOptions,
} from '../../explain';
import type { ModelCard } from '../../models/card';
import { generatorsOf } from '../../models/generator-choice';

/** A map that the evaluation makes of every image with truth. Plain data: it travels to the workers. */
export interface MapRequest {
  /** Key in the results, e.g. `similar-adversarial:duo+aug`. */
  key: string;
  title: string;
  methodId: string;
  /** Id of the generator; absent: the one that the method prefers. */
  generator?: string;
  augment?: { count: number; seed: number };
}

/**
 * Reads a list of methods: ids, `id:generator` for a certain generator, or `all`.
 * With `augment`, every one-shot method is followed by its averaged form.
 *
 * @throws RangeError naming what is not known
 */
export function parseRequests(list: string, card: ModelCard, augment: number, seed: number): MapRequest[] {
  const ids =
    list === 'all'
      ? methods.map(method => method.id).filter(id => !whyNot(request(id), card))
      : list.split(',');
  return ids.flatMap(text => {
    const plain = request(text.trim());
    if (augment === 0 || !methodById(plain.methodId).oneShot) return [plain];
    const averaged = {
      key: `${plain.key}+aug`,
      title: `${plain.title} + aug`,
      augment: { count: augment, seed },
    };
    return [plain, { ...plain, ...averaged }];
  });
}

function request(text: string): MapRequest {
  const [methodId, generator] = text.split(':');
  const { title } = methodById(methodId);
  if (generator === undefined) return { key: text, title, methodId };
  return { key: text, title: `${title} (${generator})`, methodId, generator };
}

/** The method behind a request, ready to run. @throws MethodUnavailableError through the method */
export function requestedMethod(
  request: MapRequest,
  context: ExplainContext,
): { method: ExplanationMethod; options: MethodOptions } {
  const method = methodById(request.methodId);
  const options = { generator: request.generator };
  if (!request.augment) return { method, options };
  const ranges = context.card.augmentation;
  return { method: augmented(method, { ...request.augment, ranges, generated: false }), options };
}

/** Why a model cannot meet a request, or undefined. */
export function whyNot(request: MapRequest, card: ModelCard): string | undefined {
  const { needs } = methodById(request.methodId);
  if (!needs.generator) return undefined;
  const fitting = generatorsOf(card, needs.generator);
  if (request.generator === undefined ? fitting.length > 0 : fitting.includes(request.generator))
    return undefined;
  const wanted = request.generator ?? `of the kind ${needs.generator.join(' or ')}`;
  const present = Object.keys(card.generators).join(', ') || 'none';
  return `${request.title} needs a generator ${wanted}; the model "${card.id}" has: ${present}.`;
}
