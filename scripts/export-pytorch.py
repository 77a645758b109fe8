#!/usr/bin/env python3
"""Writes the state dict of a PyTorch ResNet as a TensorFlow.js layers model (model.json and weights.bin).

Reads the key names of torchvision's ResNet (v1): conv1.weight, bn1.*, layer1.0.conv1.weight, ..., fc.weight. Depth, widths,
input channels and classes follow from the keys and shapes, so ResNet18, 34, 50, 101, 152 and narrower ones are covered.
Needs torch and numpy; neither torchvision nor tensorflowjs.

    python3 scripts/export-pytorch.py resnet.pt --out my-classifier --size 224
"""

import argparse
import json
import os
import re
import sys

import torch


class Network:
    """Layers of a tfjs functional model, in order, with their weights."""

    def __init__(self, state):
        self.state = state
        self.unused = {key for key in state if not key.endswith("num_batches_tracked")}
        self.layers = []
        self.specs = []
        self.data = []

    def take(self, key):
        if key not in self.state:
            sys.exit(f"export-pytorch: the state dict has no {key}; it is not that of a torchvision ResNet.")
        self.unused.discard(key)
        return self.state[key].detach().float()

    def add(self, class_name, name, config, inputs):
        nodes = [[[source, 0, 0, {}] for source in inputs]] if inputs else []
        self.layers.append({"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes})
        return name

    def weight(self, name, tensor):
        self.specs.append({"name": name, "shape": list(tensor.shape), "dtype": "float32"})
        self.data.append(tensor.contiguous().numpy().astype("<f4").tobytes())

    def pad(self, x, name, size):
        """PyTorch pads on both sides alike; 'same' padding of a strided layer does not."""
        if size == 0:
            return x
        return self.add("ZeroPadding2D", f"{name}_pad", {"padding": [[size, size], [size, size]], "data_format": "channels_last"}, [x])

    def conv(self, x, key, stride, channels):
        kernel = self.take(f"{key}.weight")
        filters, inputs, height, width = kernel.shape
        if inputs != channels:
            sys.exit(f"export-pytorch: {key} reads {inputs} channels and gets {channels}: grouped convolutions are not covered.")
        name = key.replace(".", "_")
        config = {
            "filters": filters, "kernel_size": [height, width], "strides": [stride, stride], "padding": "valid",
            "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "linear", "use_bias": False,
        }
        self.weight(f"{name}/kernel", kernel.permute(2, 3, 1, 0))
        return self.add("Conv2D", name, config, [self.pad(x, name, height // 2)])

    def norm(self, x, key, epsilon):
        name = key.replace(".", "_")
        for theirs, ours in [("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean"), ("running_var", "moving_variance")]:
            self.weight(f"{name}/{ours}", self.take(f"{key}.{theirs}"))
        return self.add("BatchNormalization", name, {"axis": -1, "epsilon": epsilon, "center": True, "scale": True}, [x])

    def relu(self, x, name):
        return self.add("Activation", name, {"activation": "relu"}, [x])


def block(net, x, key, stride, channels, epsilon):
    """Basic block, or bottleneck where there is a third convolution; the stride lies in the 3x3 convolution."""
    bottleneck = f"{key}.conv3.weight" in net.state
    strides = [1, stride, 1] if bottleneck else [stride, 1]
    y, inner = x, channels
    for index, each in enumerate(strides, start=1):
        y = net.norm(net.conv(y, f"{key}.conv{index}", each, inner), f"{key}.bn{index}", epsilon)
        inner = net.state[f"{key}.conv{index}.weight"].shape[0]
        if index < len(strides):
            y = net.relu(y, f"{key.replace('.', '_')}_relu{index}")
    shortcut = x
    if f"{key}.downsample.0.weight" in net.state:
        shortcut = net.norm(net.conv(x, f"{key}.downsample.0", stride, channels), f"{key}.downsample.1", epsilon)
    name = key.replace(".", "_")
    total = net.add("Add", f"{name}_sum", {}, [y, shortcut])
    return net.relu(total, f"{name}_out"), inner


def build(state, size, output, epsilon):
    net = Network(state)
    channels = net.take("conv1.weight").shape[1]
    x = net.add("InputLayer", "image", {"batch_input_shape": [None, size, size, channels], "dtype": "float32", "sparse": False}, [])
    x = net.relu(net.norm(net.conv(x, "conv1", 2, channels), "bn1", epsilon), "relu")
    # After a ReLU nothing is below 0, so zeros around the image never win: PyTorch pads with minus infinity.
    x = net.pad(x, "maxpool", 1)
    pool = {"pool_size": [3, 3], "strides": [2, 2], "padding": "valid", "data_format": "channels_last"}
    x = net.add("MaxPooling2D", "maxpool", pool, [x])
    channels = state["conv1.weight"].shape[0]
    for stage in range(1, 5):
        pattern = re.compile(rf"layer{stage}\.(\d+)\.")
        blocks = {int(match.group(1)) for key in state if (match := pattern.match(key))}
        for index in range(len(blocks)):
            stride = 2 if index == 0 and stage > 1 else 1
            x, channels = block(net, x, f"layer{stage}.{index}", stride, channels, epsilon)
    x = net.add("GlobalAveragePooling2D", "avgpool", {"data_format": "channels_last"}, [x])
    head = head_key(state)
    kernel = net.take(f"{head}.weight")
    net.weight("fc/kernel", kernel.t())
    net.weight("fc/bias", net.take(f"{head}.bias"))
    activation = "linear" if output == "logits" else output
    x = net.add("Dense", "fc", {"units": kernel.shape[0], "activation": activation, "use_bias": True}, [x])
    if net.unused:
        sys.exit(f"export-pytorch: the state dict holds what a ResNet does not: {', '.join(sorted(net.unused)[:5])}.")
    config = {"name": "resnet", "layers": net.layers, "input_layers": [["image", 0, 0]], "output_layers": [[x, 0, 0]]}
    return net, {"class_name": "Model", "config": config}


def head_key(state):
    """fc, or the one linear layer of a fc that is a Sequential (after a dropout, say)."""
    found = sorted({key[: -len(".weight")] for key in state if re.fullmatch(r"fc(\.\d+)?\.weight", key)})
    if len(found) != 1:
        sys.exit(f"export-pytorch: one linear layer fc is needed; found: {', '.join(found) or 'none'}.")
    return found[0]


def load(path):
    """A state dict, bare or inside a checkpoint; the prefix of DataParallel or of a Lightning module is taken off."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        sys.exit(f"export-pytorch: {path} is not a state dict (torch.save(model.state_dict(), path)): {error}")
    state = state.get("state_dict", state)
    prefix = next((key[: -len("conv1.weight")] for key in state if re.fullmatch(r"(\w+\.)?conv1\.weight", key)), "")
    return {key[len(prefix):]: value for key, value in state.items() if key.startswith(prefix)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("state", help="file of torch.save(model.state_dict(), ...)")
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--size", type=int, default=224, help="side of the square input (default 224)")
    parser.add_argument("--output", choices=["logits", "sigmoid", "softmax"], default="logits", help="activation to append (default none)")
    parser.add_argument("--epsilon", type=float, default=1e-5, help="eps of the batch norms (default 1e-5)")
    options = parser.parse_args()
    net, topology = build(load(options.state), options.size, options.output, options.epsilon)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "weights.bin"), "wb") as file:
        file.writelines(net.data)
    manifest = [{"paths": ["weights.bin"], "weights": net.specs}]
    with open(os.path.join(options.out, "model.json"), "w", encoding="utf-8") as file:
        json.dump({"format": "layers-model", "modelTopology": topology, "weightsManifest": manifest}, file)
    print(f"Wrote {options.out}: {len(net.layers)} layers, {sum(map(len, net.data)) / 2**20:.1f} MiB.")


if __name__ == "__main__":
    main()
