import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import type { FrozenClassifier } from '../../src/training/frozen-classifier';
import { pairOptions, pairSettings, type PairOptions } from '../../src/training/losses/pair';
import { classification } from '../../src/training/losses/pair/classification';
import type { PairParts } from '../../src/training/losses/pair/term';

await prepareNodeBackend('cpu');

const trainedFor = { model: 'toy', classes: 2, views: ['PA'] };

/** A classifier whose logit is the one pixel of an image. */
const classifier = {
  isBinary: true,
  logit: (images: tf.Tensor4D) => images.reshape([-1]),
} as unknown as FrozenClassifier;

/** The term of two images, called positive (logit 2) and negative (logit −1), as a function of the logits of x_a. */
function termOf(changes: Partial<PairOptions>): (adversarial: tf.Tensor) => tf.Scalar {
  const options = { ...pairOptions.parse({}), classificationEnd: 1, similarClassification: 0, ...changes };
  const settings = classification.settings(options, trainedFor);
  const open = classification.open(settings, { classifier, steps: 10 } as PairParts)!;
  const x = tf.zeros([2, 1, 1, 1]) as tf.Tensor4D;
  const original = tf.tensor2d([
    [0, 2],
    [0, -1],
  ]);
  return logits =>
    open.loss({
      x,
      similar: x,
      adversarial: logits.reshape([2, 1, 1, 1]),
      views: [],
      mirrored: [],
      original,
      step: 0,
    }).weighted;
}

/*
 * torch 1.13:
 *   z = torch.tensor([-1., 3.], requires_grad=True)
 *   loss = F.binary_cross_entropy_with_logits(z, torch.tensor([.3, .7])); loss.backward()
 *   loss.item(), z.grad  →  0.7809247, [-0.0155293, 0.1262871]
 * and with 1 − sigmoid([2, −1]) for the targets  →  0.6439381, [0.0748691, 0.1107579]
 */
describe('the classification of x_a', () => {
  const logits = tf.tensor1d([-1, 3]);
  const both = (changes: Partial<PairOptions>): [number, number[]] => {
    const term = termOf(changes);
    return [term(logits).dataSync()[0], [...tf.grad(term)(logits).dataSync()]];
  };

  it('just beyond the operating point is drawn there from both sides', () => {
    const [value, gradient] = both({ adversarialTarget: 'beyond', beyondBy: 0.2 });
    expect(value).toBeCloseTo(0.7809247, 5);
    [-0.0155293, 0.1262871].forEach((slope, k) => expect(gradient[k]).toBeCloseTo(slope, 5));
  });

  it('at least so far beyond is 1 − f(x) where that is farther', () => {
    // sigmoid([2, −1]) is .8808 and .2689, .3808 and .2311 from .5: nearer than .4, farther than .2.
    expect(both({ adversarialTarget: 'past', beyondBy: 0.2 })).toEqual(both({}));
    expect(both({ adversarialTarget: 'past', beyondBy: 0.4 })).toEqual(
      both({ adversarialTarget: 'beyond', beyondBy: 0.4 }),
    );
    // Of the second film alone .75 is farther than .7311: (BCE(.1192, −1) + BCE(.75, 3)) / 2, by hand.
    expect(both({ adversarialTarget: 'past', beyondBy: 0.25 })[0]).toBeCloseTo(0.615526, 5);
  });

  it('opposite to x is drawn to 1 − f(x)', () => {
    const [value, gradient] = both({});
    expect(value).toBeCloseTo(0.6439381, 5);
    [0.0748691, 0.1107579].forEach((slope, k) => expect(gradient[k]).toBeCloseTo(slope, 5));
  });

  it('is left out where its weight is 0, and cannot be annealed to or from there', () => {
    const opened = (classificationStart: number, classificationEnd: number): unknown => {
      const options = { ...pairOptions.parse({}), classificationStart, classificationEnd };
      const settings = classification.settings(options, trainedFor);
      return classification.open(settings, { classifier, steps: 10 } as PairParts);
    };
    expect(opened(0, 0)).toBeUndefined();
    expect(opened(1, 1)).toBeDefined();
    expect(() => opened(0, 1)).toThrow(/cannot be annealed/);
    expect(() => opened(1, 0)).toThrow(/cannot be annealed/);
  });

  it('is recorded where it is asked for alone, so that checkpoints of before go on', () => {
    expect(pairSettings(pairOptions.parse({}), trainedFor)).not.toHaveProperty('adversarialTarget');
    const beyond = { ...pairOptions.parse({}), adversarialTarget: 'beyond' as const };
    expect(pairSettings(beyond, trainedFor)).toMatchObject({ adversarialTarget: { beyond: 0.2 } });
    const classes = { ...trainedFor, classes: 3 };
    expect(() => pairSettings(beyond, classes)).toThrow(/carlini-wagner has its --margin/);
    expect(() => pairSettings({ ...beyond, beyondBy: 0.5 }, trainedFor)).toThrow(/below 0.5, not 0.5/);
  });
});
