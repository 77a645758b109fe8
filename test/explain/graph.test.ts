import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { evaluate, evaluateOnce } from '../../src/models/graph';
import { randomImages, residualClassifier } from './fixtures';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const given = (model: tf.LayersModel, x: tf.Tensor): Map<number, tf.Tensor> =>
  new Map([[model.inputs[0].id, x]]);

it('what lies between is disposed when it is used up, and the value is the same', () => {
  const model = residualClassifier();
  const x = randomImages(2);
  const held = (make: () => tf.Tensor): { values: Float32Array; tensors: number } => {
    tf.engine().startScope();
    const before = tf.memory().numTensors;
    const values = make().dataSync<'float32'>();
    const tensors = tf.memory().numTensors - before;
    tf.engine().endScope();
    return { values, tensors };
  };
  const all = held(() => evaluate(model.outputs[0], given(model, x)));
  const once = held(() => evaluateOnce(model.outputs[0], given(model, x)));
  expect(once.values).toEqual(all.values);
  expect(all.tensors).toBeGreaterThan(8);
  expect(once.tensors).toBeLessThan(all.tensors / 2);
  expect(x.isDisposed).toBe(false);
  x.dispose();
});

it('a layer that returns its input does not lose it', () => {
  const input = tf.input({ shape: [2] });
  // Does nothing but in training.
  const dropped = tf.layers.dropout({ rate: 0.5 }).apply(input) as tf.SymbolicTensor;
  const twice = tf.layers.add().apply([dropped, dropped]) as tf.SymbolicTensor;
  const model = tf.model({
    inputs: input,
    outputs: tf.layers.add().apply([twice, dropped]) as tf.SymbolicTensor,
  });
  const x = tf.tensor2d([[1, 2]]);
  const values = tf.tidy(() => evaluateOnce(model.outputs[0], given(model, x)).dataSync());
  expect([...values]).toEqual([3, 6]);
  expect(x.isDisposed).toBe(false);
  x.dispose();
});

it('a gradient through it is that of the whole', () => {
  const model = residualClassifier();
  const x = randomImages(1);
  const gradient = (of: typeof evaluate): Float32Array =>
    tf.tidy(() =>
      tf
        .grad(images => tf.sum(of(model.outputs[0], given(model, images))))(x)
        .dataSync<'float32'>(),
    );
  expect(gradient(evaluateOnce)).toEqual(gradient(evaluate));
  x.dispose();
});

it('a model input that was not given is named', () => {
  const model = residualClassifier();
  expect(() => evaluateOnce(model.outputs[0], new Map())).toThrow(
    /The value of the model input ".+" is needed/,
  );
});
