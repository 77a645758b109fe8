import * as tf from '@tensorflow/tfjs';

/** Last layer of a classifier of several labels as explained for one: takes its logit, [N, K] → [N, 1]. */
class LabelLogit extends tf.layers.Layer {
  static readonly className = 'ExplainLabelLogit';
  private readonly label: number;

  constructor({ name, label }: { name: string; label: number }) {
    super({ name, trainable: false });
    this.label = label;
  }

  override computeOutputShape([batch]: tf.Shape): tf.Shape {
    return [batch, 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const logits = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.slice(logits, [0, this.label], [-1, 1]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), label: this.label };
  }
}

tf.serialization.registerClass(LabelLogit);

/** The classifier of one label: its layers are those of the whole, so disposing the whole disposes all there is. */
export function oneLogit(classifier: tf.LayersModel, label: number): tf.LayersModel {
  const taken = new LabelLogit({ name: `label_${label}_logit`, label });
  const logit = taken.apply(classifier.outputs[0]) as tf.SymbolicTensor;
  return tf.model({ inputs: classifier.inputs, outputs: logit });
}
