import {
  augmented,
  methodById,
  methods,
  type ExplainContext,
  type ExplanationMethod,
  type MethodOptions,
} from '../../explain';
import { generatorKinds, type GeneratorKind, type ModelCard } from '../../models/card';

/** A map that the evaluation makes of every image with truth. Plain data: it travels to the workers. */
export interface MapRequest {
  /** Key in the results, e.g. `similar-adversarial:duo+aug`. */
  key: string;
  title: string;
  methodId: string;
  generator?: GeneratorKind;
  augment?: { count: number; seed: number };
}

/**
 * Reads a list of methods: ids, `id:generator` for a certain pair generator, or `all`.
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
  if (!isGeneratorKind(generator)) {
    throw new RangeError(`"${text}" names no generator; known are ${generatorKinds.join(', ')}.`);
  }
  return { key: text, title: `${title} (${generator})`, methodId, generator };
}

function isGeneratorKind(text: string): text is GeneratorKind {
  return (generatorKinds as readonly string[]).includes(text);
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
  const wanted = request.generator ? [request.generator] : needs.generator;
  if (!wanted || wanted.some(kind => card.generators[kind])) return undefined;
  const present = Object.keys(card.generators).join(', ') || 'none';
  return `${request.title} needs the generator ${wanted.join(' or ')}; the model "${card.id}" has: ${present}.`;
}
