/** The layers that networks of images are built of; the package's own index would bring recurrent and text layers as well. */
import '@tensorflow/tfjs-layers/dist/flags_layers';
import '@tensorflow/tfjs-layers/dist/engine/input_layer';
import '@tensorflow/tfjs-layers/dist/layers/advanced_activations';
import '@tensorflow/tfjs-layers/dist/layers/convolutional';
import '@tensorflow/tfjs-layers/dist/layers/convolutional_depthwise';
import '@tensorflow/tfjs-layers/dist/layers/core';
import '@tensorflow/tfjs-layers/dist/layers/merge';
import '@tensorflow/tfjs-layers/dist/layers/normalization';
import '@tensorflow/tfjs-layers/dist/layers/padding';
import '@tensorflow/tfjs-layers/dist/layers/pooling';
import '@tensorflow/tfjs-layers/dist/layers/preprocessing/image_preprocessing';

export { Layer } from '@tensorflow/tfjs-layers/dist/engine/topology';
