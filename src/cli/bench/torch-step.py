"""One training step at a time of the nets of `explain bench train`, in PyTorch: the yardstick.

Takes the net as JSON in argv[1]; for every line on stdin runs one step and prints its milliseconds, by the clock and of processor time. Same layers, losses and
optimiser as src/models/networks and src/training; no augmentation. Paddings of strided convolutions are symmetric here, which
changes no size and no time.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval


class ConvNormRelu(nn.Module):
    def __init__(self, inputs, outputs, kernel=3, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)), inplace=True)


def conv(inputs, outputs, kernel, stride=1, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias)


class Block(nn.Module):
    """Basic block (depth 18) or bottleneck (depth 50) of ResNet v2."""

    def __init__(self, depth, inputs, filters, stride, first):
        super().__init__()
        outputs = filters if depth == 18 else 4 * filters
        self.norm = nn.BatchNorm2d(inputs)
        projected = stride > 1 or inputs != outputs if depth == 18 else first
        self.shortcut = conv(inputs, outputs, 1, stride) if projected else None
        if depth == 18:
            self.body = nn.Sequential(ConvNormRelu(inputs, filters, 3, stride), conv(filters, outputs, 3))
        else:
            self.body = nn.Sequential(
                ConvNormRelu(inputs, filters, 1), ConvNormRelu(filters, filters, 3, stride), conv(filters, outputs, 1)
            )

    def forward(self, x):
        active = F.relu(self.norm(x))
        return (self.shortcut(active) if self.shortcut else x) + self.body(active)


class ResNet(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.stem = ConvNormRelu(1, width, 7, 2)
        blocks, channels = [], width
        for stage, count in enumerate({18: [2, 2, 2, 2], 50: [3, 4, 6, 3]}[depth]):
            for block in range(count):
                filters = width * 2**stage
                stride = 2 if block == 0 and stage > 0 else 1
                blocks.append(Block(depth, channels, filters, stride, block == 0))
                channels = filters if depth == 18 else 4 * filters
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm2d(channels)
        self.logit = nn.Linear(channels, 1)
        self.cells = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        features = F.relu(self.norm(self.blocks(F.avg_pool2d(self.stem(x), 2))))
        return self.logit(features.mean((2, 3))), self.cells(features)


class UNet(nn.Module):
    def __init__(self, width, levels):
        super().__init__()
        double = lambda a, b: nn.Sequential(ConvNormRelu(a, b), ConvNormRelu(b, b))
        sizes = [width * 2**level for level in range(levels)]
        self.down = nn.ModuleList(double(a, b) for a, b in zip([1] + sizes, sizes))
        self.up = nn.ModuleList(double(a + b, a) for a, b in zip(sizes[-2::-1], sizes[:0:-1]))

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.avg_pool2d(x, 2) if level else x)
            skips.append(x)
        for block, skip in zip(self.up, skips[-2::-1]):
            up = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = block(torch.cat([up, skip], 1))
        return x


class Single2(nn.Module):
    """One U-Net, two heads of two convolutions, residual output."""

    def __init__(self, width, levels, bound):
        super().__init__()
        self.unet, self.bound = UNet(width, levels), bound
        head = lambda: nn.Sequential(conv(width, width, 3, bias=True), nn.ReLU(), conv(width, 1, 3, bias=True))
        self.similar, self.adversarial = head(), head()

    def forward(self, x):
        features = self.unet(x)
        return [(x + self.bound * torch.tanh(head(features))).clamp(0, 1) for head in (self.similar, self.adversarial)]


def classifier_step(net, x, labels, cells):
    logit, cell_logits = net(x)
    weight = 1 + 2 * cells
    return F.binary_cross_entropy_with_logits(logit, labels) + F.binary_cross_entropy_with_logits(cell_logits, cells, weight)


def generator_step(net, classifier, x):
    with torch.no_grad():
        targets = torch.sigmoid(classifier(x)[0])
    similar, adversarial = net(x)
    logits = classifier(torch.cat([similar, adversarial]))[0]
    classification = F.binary_cross_entropy_with_logits(logits, torch.cat([targets, 1 - targets])) * 2
    l1, l2 = F.l1_loss, F.mse_loss
    similarity = (
        3 * l2(similar, x) + l1(similar, x) + l1(adversarial, x) + l2(adversarial, x)
        + 0.2 * (l1(similar, adversarial) + l2(similar, adversarial))
    )
    change = similar - adversarial
    variation = (change[:, :, 1:] - change[:, :, :-1]).abs().mean() + (change[..., 1:] - change[..., :-1]).abs().mean()
    pairs = zip(net.similar.parameters(), net.adversarial.parameters())
    distance = sum(((a - b) ** 2).sum() for a, b in pairs)
    return similarity + classification + 0.5 * variation + 0.002 * distance


def fuse(module):
    """What training does with the classifier that a generator is trained through."""
    for child in module.modules():
        if isinstance(child, ConvNormRelu):
            child.conv, child.norm = fuse_conv_bn_eval(child.conv, child.norm), nn.Identity()
    return module.requires_grad_(False)


def main():
    spec = json.loads(sys.argv[1])
    torch.set_num_threads(spec["threads"])
    torch.manual_seed(1)
    size, batch, generator = spec["size"], spec["batch"], spec.get("generator")
    x = torch.rand(batch, 1, size, size)
    classifier = ResNet(spec["depth"], spec["width"])
    if generator:
        net = Single2(generator["width"], generator["levels"], generator["residualBound"])
        classifier = fuse(classifier.eval())
        loss = lambda: generator_step(net, classifier, x)
    else:
        net = classifier
        labels = (torch.arange(batch) % 2).float()[:, None]
        cells = torch.rand(batch, 1, size // 32, size // 32)
        loss = lambda: classifier_step(net, x, labels, cells)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-4)
    print(torch.__version__, sum(p.numel() for p in net.parameters()), flush=True)
    for _ in sys.stdin:
        begun, busy = time.perf_counter(), time.process_time()
        optimiser.zero_grad(set_to_none=True)
        loss().backward()
        optimiser.step()
        print(1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - busy), flush=True)


main()
