"""Classifiers of torchvision with random weights as ONNX files, and what PyTorch makes of an image.

Usage: onnx-networks.py '[{"name": "resnet18", "size": 64, "folder": "...", "opset": 17}, ...]'

Writes model.onnx and expected.json (image [1, channels, size, size]; logits and gradient of their weighted sum by the image in double
precision; how far PyTorch's own gradient in single precision is from that, over the largest) into each folder. "xrv_densenet121" has the shape of TorchXRayVision's DenseNet121: one channel, 18 answers.
"""

import json
import sys
import warnings

import torch
from torch import nn
from torchvision import models

warnings.filterwarnings("ignore")
# Others may be at work on this machine; threads that wait for each other would take many times as long.
torch.set_num_threads(1)


def made(name):
    if name == "xrv_densenet121":
        network = models.densenet121(weights=None, num_classes=18)
        network.features.conv0 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        return network
    options = {"init_weights": False} if name in ("inception_v3", "googlenet") else {}
    return getattr(models, name)(weights=None, num_classes=4, **options)


def with_statistics(network):
    """Random weights of a size that keeps activations in range, and batch norms that have something to do."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1)
            module.bias.data.uniform_(-0.2, 0.2)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, module.in_features**-0.5)
    return network.eval()


def weighted(logits):
    """Every answer has a part of its own in the gradient."""
    return (logits * torch.arange(1, logits.shape[1] + 1)).sum()


def derived(network, image):
    image = image.clone().requires_grad_(True)
    logits = network(image)
    weighted(logits).backward()
    return logits.detach(), image.grad


for job in json.loads(sys.argv[1]):
    torch.manual_seed(job.get("seed", 7))
    network = with_statistics(made(job["name"]))
    channels = next(network.parameters()).shape[1]
    image = torch.rand(1, channels, job["size"], job["size"]) * 2 - 1
    _, single = derived(network, image)
    torch.onnx.export(network, image, job["folder"] + "/model.onnx", opset_version=job["opset"])
    logits, gradient = derived(network.double(), image.double())
    expected = {"image": image, "logits": logits, "gradient": gradient}
    written = {key: value.flatten().tolist() for key, value in expected.items()}
    written["single"] = ((single.double() - gradient).abs().max() / gradient.abs().max()).item()
    with open(job["folder"] + "/expected.json", "w") as file:
        json.dump(written, file)
