#!/usr/bin/env python3
"""Asks Keras itself what every layer answers that src/models/imported/known-layers.ts knows, with each setting that matters.

    python3 test/imported/keras-layers.py test/imported/keras-layers.json

Needs Keras 3 with TensorFlow. Writes for each small network: its topology (to_json), its weights (seeded, away from their
initial values) and model.predict of two seeded images.
"""

import base64
import json
import sys

import keras
import numpy as np
from keras import layers as L

SHAPE = (9, 11, 4)
random = np.random.default_rng(5)
images = random.uniform(-2, 2, (2, *SHAPE)).astype("f4")


def end(x):
    return L.Dense(2, name="out")(L.Flatten(name="flat")(x))


def chain(*layers):
    x = start = keras.Input(SHAPE, name="image")
    for layer in layers:
        x = layer(x)
    return keras.Model(start, end(x))


def pooled(*layers):
    x = start = keras.Input(SHAPE, name="image")
    x = L.GlobalAveragePooling2D(name="gap")(x)
    for layer in layers:
        x = layer(x)
    return keras.Model(start, L.Dense(2, name="out")(x))


def joined(join):
    start = keras.Input(SHAPE, name="image")
    a, b = L.Conv2D(4, 3, padding="same", name="a")(start), L.Conv2D(4, 1, name="b")(start)
    return keras.Model(start, end(join([a, b])))


def squeezed():
    """Squeeze and excitation: a product of [N, H, W, C] and [N, 1, 1, C]."""
    start = keras.Input(SHAPE, name="image")
    x = L.Conv2D(4, 3, activation="silu", name="c")(start)
    s = L.Reshape((1, 1, 4), name="r")(L.GlobalAveragePooling2D(name="g")(x))
    s = L.Conv2D(4, 1, activation="sigmoid", name="e")(L.Conv2D(2, 1, activation="swish", name="s")(s))
    return keras.Model(start, end(L.Multiply(name="m")([x, s])))


def nested():
    inner = keras.Input((7, 9, 3), name="image")
    body = keras.Model(inner, L.ReLU(name="relu")(L.Conv2D(3, 3, name="inner_c")(inner)), name="body")
    head = keras.Sequential([L.GlobalAveragePooling2D(name="gap"), L.Dense(3, activation="tanh", name="inner_d")], name="head")
    start = keras.Input(SHAPE, name="image")
    x = L.Conv2D(3, 3, name="c")(start)
    x = head(body(L.ReLU(name="relu")(x)))
    return keras.Model(start, L.Dense(2, activation="softmax", name="out")(x))


def twice():
    """One layer called twice."""
    start = keras.Input(SHAPE, name="image")
    conv = L.Conv2D(4, 3, padding="same", activation="hard_sigmoid", name="c")
    return keras.Model(start, end(L.Add(name="sum")([conv(start), conv(conv(start))])))


networks = {
    **{f"Activation {a}": chain(L.Activation(a, name="l")) for a in [
        "linear", "relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "gelu", "mish", "silu",
        "swish", "hard_sigmoid", "hard_silu", "hard_swish", "leaky_relu", "exponential"]},
    **{f"Conv2D {a}": chain(L.Conv2D(3, 3, activation=a, name="l")) for a in ["relu", "elu", "relu6", "hard_sigmoid", "leaky_relu"]},
    "Conv2D same, strides 2": chain(L.Conv2D(3, 3, strides=2, padding="same", name="l")),
    "Conv2D 3 × 2, strides 3, 2": chain(L.Conv2D(3, (3, 2), strides=(3, 2), padding="same", use_bias=False, name="l")),
    "Conv2D dilated": chain(L.Conv2D(3, 3, dilation_rate=2, padding="same", name="l")),
    "DepthwiseConv2D": chain(L.DepthwiseConv2D(3, name="l")),
    "DepthwiseConv2D same, strides 2, multiplier 2": chain(
        L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, activation="silu", use_bias=False, name="l")),
    "SeparableConv2D": chain(L.SeparableConv2D(5, 3, name="l")),
    "SeparableConv2D same, strides 2, multiplier 2": chain(
        L.SeparableConv2D(5, 3, strides=2, padding="same", depth_multiplier=2, activation="hard_silu", name="l")),
    "BatchNormalization": chain(L.BatchNormalization(name="l")),
    "BatchNormalization axis 3, no centre": chain(L.BatchNormalization(axis=3, center=False, epsilon=0.1, name="l")),
    "BatchNormalization after Conv2D, no scale": chain(L.Conv2D(3, 3, name="c"), L.BatchNormalization(scale=False, name="l"), L.ReLU(name="r")),
    "BatchNormalization of features": pooled(L.BatchNormalization(axis=1, name="l")),
    "ReLU": chain(L.ReLU(name="l")),
    "ReLU max_value": chain(L.ReLU(max_value=0.7, name="l")),
    "ReLU negative_slope": chain(L.ReLU(negative_slope=0.1, name="l")),
    "LeakyReLU": chain(L.LeakyReLU(name="l")),
    "LeakyReLU 0.01": chain(L.LeakyReLU(negative_slope=0.01, name="l")),
    "PReLU shared": chain(L.PReLU(shared_axes=[1, 2], name="l")),
    "PReLU": chain(L.PReLU(name="l")),
    "ELU": chain(L.ELU(name="l")),
    "Softmax": chain(L.Softmax(name="l")),
    "Softmax of features": pooled(L.Softmax(axis=1, name="l")),
    "MaxPooling2D": chain(L.MaxPooling2D(2, name="l")),
    "MaxPooling2D same": chain(L.MaxPooling2D(3, strides=2, padding="same", name="l")),
    "AveragePooling2D": chain(L.AveragePooling2D((3, 2), name="l")),
    "AveragePooling2D same": chain(L.AveragePooling2D(3, strides=2, padding="same", name="l")),
    "GlobalAveragePooling2D": pooled(),
    "GlobalMaxPooling2D": keras.Sequential([keras.Input(SHAPE), L.GlobalMaxPooling2D(name="l"), L.Dense(2, name="out")]),
    "ZeroPadding2D": chain(L.ZeroPadding2D(((1, 2), (0, 3)), name="l")),
    "Cropping2D": chain(L.Cropping2D(((1, 2), (0, 3)), name="l")),
    "UpSampling2D": chain(L.UpSampling2D((2, 3), name="l")),
    "Add": joined(L.Add(name="l")),
    "Multiply": joined(L.Multiply(name="l")),
    "Average": joined(L.Average(name="l")),
    "Maximum": joined(L.Maximum(name="l")),
    "Minimum": joined(L.Minimum(name="l")),
    "Concatenate": joined(L.Concatenate(name="l")),
    "Concatenate axis 3": joined(L.Concatenate(axis=3, name="l")),
    "Rescaling": chain(L.Rescaling(1 / 127.5, offset=-1, name="l")),
    "Resizing smaller": chain(L.Resizing(5, 6, name="l")),
    "Resizing larger": chain(L.Resizing(14, 20, name="l")),
    "identities": chain(
        L.RandomFlip(name="1"), L.RandomRotation(0.1, name="2"), L.RandomTranslation(0.1, 0.1, name="3"),
        L.RandomZoom(0.2, name="4"), L.RandomContrast(0.2, name="5"), L.RandomBrightness(0.2, name="12"), L.Dropout(0.5, name="6"),
        L.SpatialDropout2D(0.5, name="7"), L.GaussianNoise(1, name="8"), L.GaussianDropout(0.5, name="9"),
        L.ActivityRegularization(0.1, name="10"), L.Identity(name="11"), L.AlphaDropout(0.3, name="13")),
    "squeeze and excitation": squeezed(),
    "nested models": nested(),
    "a layer called twice": twice(),
    "Sequential": keras.Sequential([L.Conv2D(3, 3, name="c"), L.Flatten(name="f"), L.Dense(2, activation="softmax", name="out")]),
}


def all_layers(model):
    for layer in model.layers:
        yield from all_layers(layer) if hasattr(layer, "layers") else [layer]


def weights_of(model):
    specs, data = [], []
    for layer in all_layers(model):
        for weight in layer.weights:
            value = random.normal(0, 0.4, weight.shape).astype("f4")
            if weight.name == "moving_variance":
                value = np.abs(value) + 0.3
            weight.assign(value)
            specs.append({"name": f"{layer.name}/{weight.name}", "shape": list(value.shape), "dtype": "float32"})
            data.append(value.tobytes())
    return specs, base64.b64encode(b"".join(data)).decode()


cases = []
for title, model in networks.items():
    model.build((None, *SHAPE)) if not model.built else None
    specs, data = weights_of(model)
    topology = {"keras_version": keras.__version__, "model_config": json.loads(model.to_json())}
    answer = model.predict(images, verbose=0)
    cases.append({"title": title, "topology": topology, "weightSpecs": specs, "weights": data, "answer": answer.round(7).tolist()})
with open(sys.argv[1], "w") as out:
    out.write('{"images": "%s", "cases": [\n' % base64.b64encode(images.tobytes()).decode())
    out.write(",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
