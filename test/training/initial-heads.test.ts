import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { copyWeights } from '../../src/training/copy-weights';
import { hasHeadsAt, initialHeads, isOfHeads } from '../../src/training/initial-heads';
import { smallGenerator } from './task-fixtures';

const ofLabels = (labels: number | undefined, seed: number): tf.LayersModel =>
  smallGenerator(seed, { labels });

/** x_s and every x_a of one image. */
const images = (model: tf.LayersModel): number[][] => {
  const x = tf.randomUniform([1, 16, 16, 1], 0.2, 0.8, 'float32', 3);
  return (model.predict(x) as tf.Tensor[]).map(image => [...image.dataSync()]);
};

describe('initialHeads', () => {
  const three = ['opacity', 'effusion', 'nodule'];

  it('a generator of one label starts from that label’s head of a generator of several', () => {
    const [from, to] = [ofLabels(3, 1), ofLabels(undefined, 2)];
    copyWeights(from, to, initialHeads(['effusion'], three));
    const [similar, , effusion] = images(from);
    expect(images(to)).toEqual([similar, effusion]);
  });

  it('heads follow their labels where the order differs', () => {
    const [from, to] = [ofLabels(3, 1), ofLabels(2, 2)];
    copyWeights(from, to, initialHeads(['nodule', 'opacity'], three));
    const [similar, opacity, , nodule] = images(from);
    expect(images(to)).toEqual([similar, nodule, opacity]);
  });

  it('a label that the other generator has no head for starts with its own weights', () => {
    const [from, to] = [ofLabels(3, 1), ofLabels(undefined, 2)];
    copyWeights(from, to, initialHeads(['enlarged heart'], three));
    const [similar, ...others] = images(from);
    const made = images(to);
    expect(made[0]).toEqual(similar);
    for (const other of others) expect(made[1]).not.toEqual(other);
  });

  it('every label starts from the one head of a generator of one label, or of none', () => {
    for (const given of [['opacity'], undefined]) {
      const [from, to] = [ofLabels(undefined, 1), ofLabels(2, 2)];
      copyWeights(from, to, initialHeads(['nodule', 'opacity'], given));
      const [similar, adversarial] = images(from);
      expect(images(to)).toEqual([similar, adversarial, adversarial]);
    }
  });

  it('a U-Net of one head alone starts from the one that a pair shares', () => {
    const single = smallGenerator(1, { kind: 'single1' });
    const [naive, duo] = [smallGenerator(2, { kind: 'naive' }), smallGenerator(2, { kind: 'duo' })];
    for (const to of [naive, duo]) copyWeights(single, to, initialHeads(undefined, undefined));
    const x = tf.randomUniform([1, 16, 16, 1], 0.2, 0.8, 'float32', 3);
    expect([...(naive.predict(x) as tf.Tensor).dataSync()]).toEqual(images(single)[1]);
    expect(images(duo)).toEqual(images(single));
  });

  it('heads at another level of the U-Net start anew, the U-Net does not', () => {
    expect(hasHeadsAt(1, { network: { outputLevel: 1 } })).toBe(true);
    expect(hasHeadsAt(1, { network: { outputLevel: 2 } })).toBe(false);
    expect(hasHeadsAt(1, { imported: 'from elsewhere' })).toBe(true);
    const [from, to] = [smallGenerator(1, { outputLevel: 1 }), smallGenerator(2, { outputLevel: 0 })];
    const copy = (mayDiffer?: typeof isOfHeads): void =>
      copyWeights(from, to, initialHeads(undefined, undefined), mayDiffer);
    expect(() => copy()).toThrow(/head1\/kernel is \[/);
    copy(isOfHeads);
    const first = (model: tf.LayersModel): number[] => [
      ...model.getLayer('shared_down0a_conv').getWeights()[0].dataSync(),
    ];
    expect(first(to)).toEqual(first(from));
  });

  it('heads towards one decision start from their own, or from the head for both', () => {
    const names = initialHeads(undefined, undefined);
    expect(names('positive_head1/kernel')).toEqual(['positive_head1/kernel', 'adversarial_head1/kernel']);
    expect(names('shared_down0a/kernel')).toEqual(['shared_down0a/kernel']);
  });
});
