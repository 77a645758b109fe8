"""Computes the networks of a model package (TensorFlow.js layers models) with PyTorch, from the stored files alone.

Neither folding of batch norms nor any other rewriting: every layer by its Keras definition, in double precision.
"""

import functools
import json
import os

import numpy as np
import torch
import torch.nn.functional as F


def read_weights(path):
    """Weights by name from a model.json and its shards."""
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)["weightsManifest"]
    weights = {}
    for group in manifest:
        data = b"".join(open(os.path.join(os.path.dirname(path), shard), "rb").read() for shard in group["paths"])
        offset = 0
        for spec in group["weights"]:
            kind = spec.get("quantization", {}).get("dtype", spec["dtype"])
            numbers = np.frombuffer(data, np.dtype(kind).newbyteorder("<"), int(np.prod(spec["shape"])), offset)
            offset += numbers.nbytes
            weights[spec["name"]] = torch.tensor(numbers.astype(np.float64)).reshape(spec["shape"])
    return weights


def same_padding(side, kernel, stride):
    """TensorFlow's SAME: (before, after), the odd one after."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def pad_same(x, kernel, stride, value=0.0):
    rows = same_padding(x.shape[2], kernel[0], stride[0])
    columns = same_padding(x.shape[3], kernel[1], stride[1])
    return F.pad(x, (*columns, *rows), value=value)


def stretched(x, factor):
    """TensorFlow.js up-samples layers with the corner, not the centre, of the first pixel at 0: source = target / factor."""
    for axis in (2, 3):
        at = torch.arange(x.shape[axis] * factor, dtype=x.dtype) / factor
        low = at.floor().long()
        high = (low + 1).clamp(max=x.shape[axis] - 1)
        share = (at - low).reshape([-1 if other == axis else 1 for other in range(4)])
        x = x.index_select(axis, low) * (1 - share) + x.index_select(axis, high) * share
    return x


class KerasNetwork:
    """A functional model. Images are [N, C, H, W] here."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.config = json.load(file)["modelTopology"]["config"]
        self.weights = read_weights(path)

    def __call__(self, x):
        """Values of all layers by name."""
        values = {}
        for layer in self.config["layers"]:
            inputs = [values[source[0]] for node in layer["inbound_nodes"] for source in node]
            values[layer["name"]] = self.apply(layer, inputs) if inputs else x
        return values

    @property
    def outputs(self):
        return [name for name, *_ in self.config["output_layers"]]

    def apply(self, layer, inputs):
        config, kind, x = layer["config"], layer["class_name"], inputs[0]
        weight = lambda name: self.weights[f"{config['name']}/{name}"]
        vector = lambda name: weight(name).reshape(1, -1, 1, 1)
        if kind == "Add":
            return sum(inputs[1:], x)
        if kind == "Multiply":
            return functools.reduce(torch.mul, inputs)
        if kind == "Concatenate":
            return torch.cat(inputs, 1)
        if kind == "Conv2D":
            if config["padding"] == "same":
                x = pad_same(x, config["kernel_size"], config["strides"])
            bias = weight("bias") if config["use_bias"] else None
            x = F.conv2d(x, weight("kernel").permute(3, 2, 0, 1), bias, config["strides"])
            return activation(x, config["activation"])
        if kind == "Conv2DTranspose":
            stride, kernel = config["strides"][0], config["kernel_size"][0]
            bias = weight("bias") if config["use_bias"] else None
            x = F.conv_transpose2d(x, weight("kernel").permute(3, 2, 0, 1), bias, stride, (kernel - stride) // 2)
            return activation(x, config["activation"])
        if kind == "BatchNormalization":
            scale = vector("gamma") / torch.sqrt(vector("moving_variance") + config["epsilon"])
            return (x - vector("moving_mean")) * scale + vector("beta")
        if kind == "Activation":
            return activation(x, config["activation"])
        if kind == "ReLU":
            return x.clamp(0, config.get("max_value") or float("inf"))
        if kind == "AveragePooling2D":
            # A window that hangs over the border averages what there is.
            pad = same_padding(x.shape[2], config["pool_size"][0], config["strides"][0])[0] if config["padding"] == "same" else 0
            return F.avg_pool2d(x, config["pool_size"], config["strides"], pad, count_include_pad=False)
        if kind == "UpSampling2D":
            return stretched(x, config["size"][0])
        if kind == "GlobalAveragePooling2D":
            return x.mean((2, 3))
        if kind == "GlobalMaxPooling2D":
            return x.amax((2, 3))
        if kind == "Dense":
            return activation(x @ weight("kernel") + weight("bias"), config["activation"])
        raise NotImplementedError(f"the layer {config['name']} is a {kind}, which this file does not define yet")


def activation(x, name):
    return {"linear": lambda: x, "relu": lambda: torch.relu(x), "sigmoid": lambda: torch.sigmoid(x), "tanh": lambda: torch.tanh(x)}[name]()
