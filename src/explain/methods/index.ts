import { carrying, generatorsOf } from '../../models/generator-choice';
import { MethodUnavailableError, type ExplainContext, type ExplanationMethod } from '../types';
import { adversarialAlone } from './adversarial-alone';
import { bbmp } from './bbmp';
import { evidenceChange } from './evidence-change';
import { gradCam } from './gradcam';
import { gradient } from './gradient';
import { guidedGradCam } from './guided-gradcam';
import { inputGradient } from './input-gradient';
import { integratedGradients } from './integrated-gradients';
import { maskGenerator } from './mask-generator';
import { naive } from './naive';
import { occlusion } from './occlusion';
import { path } from './path';
import { perceptualPerturbation } from './perceptual-perturbation';
import { rise } from './rise';
import { similarAdversarial } from './similar-adversarial';
import { smoothGrad } from './smoothgrad';

/** Every explanation method; viewer, evaluation and tests take them from here. */
export const methods: ExplanationMethod[] = [
  similarAdversarial,
  evidenceChange,
  path,
  guidedGradCam,
  adversarialAlone,
  naive,
  maskGenerator,
  gradient,
  smoothGrad,
  inputGradient,
  integratedGradients,
  gradCam,
  bbmp,
  perceptualPerturbation,
  occlusion,
  rise,
];

/** @throws RangeError naming the known methods when there is none of this id */
export function methodById(id: string): ExplanationMethod {
  const method = methods.find(candidate => candidate.id === id);
  if (method) return method;
  throw new RangeError(`There is no method "${id}"; known are ${methods.map(m => m.id).join(', ')}.`);
}

/** Why a method cannot run on the loaded model, or undefined when it can. */
export function whyUnavailable(method: ExplanationMethod, context: ExplainContext): string | undefined {
  const wanted = method.needs.generator;
  if (!wanted || generatorsOf(context.card, wanted).some(id => context.generators[id])) return undefined;
  const present = Object.entries(context.card.generators).map(([id, { kind }]) => `${id} (${kind})`);
  return (
    `${method.title} needs a generator (${wanted.join(' or ')}); ` +
    `${carrying(context.card)}: ${present.join(', ') || 'none'}. Train one with "explain train generator", or take ` +
    'a method that needs none, such as gradcam.'
  );
}

/** @throws MethodUnavailableError when the loaded model cannot run the method */
export function requireAvailable(method: ExplanationMethod, context: ExplainContext): void {
  const reason = whyUnavailable(method, context);
  if (reason) throw new MethodUnavailableError(reason);
}
