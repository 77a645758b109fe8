"""A seeded ResNet with torchvision's key names: writes its state dict, an image, and what PyTorch makes of it.

Usage: torch_resnet.py FOLDER basic|bottleneck CHANNELS CLASSES SIZE WIDTH
"""

import json
import os
import sys

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels, width, stride, bottleneck):
        super().__init__()
        out = 4 * width if bottleneck else width
        shapes = [(channels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)] if bottleneck else [(channels, width, 3, stride), (width, width, 3, 1)]
        for index, (a, b, kernel, step) in enumerate(shapes, start=1):
            setattr(self, f"conv{index}", nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{index}", nn.BatchNorm2d(b))
        self.count, self.out = len(shapes), out
        if stride > 1 or channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for index in range(1, self.count + 1):
            y = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(y))
            if index < self.count:
                y = torch.relu(y)
        return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet(nn.Module):
    def __init__(self, bottleneck, channels, classes, width):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inner = width
        for stage, count in enumerate([3, 4, 6, 3] if bottleneck else [2, 2, 2, 2], start=1):
            blocks = []
            for index in range(count):
                blocks.append(Block(inner, width * 2 ** (stage - 1), 2 if index == 0 and stage > 1 else 1, bottleneck))
                inner = blocks[-1].out
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inner, classes)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


def seeded_resnet(*shape):
    """A ResNet whose batch norms have something to do."""
    torch.manual_seed(7)
    model = ResNet(*shape).eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.7, 1.1)
            nn.init.normal_(module.bias, 0, 0.1)
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.7, 1.3)
    return model


def main(folder, kind, channels, classes, size, width):
    model = seeded_resnet(kind == "bottleneck", channels, classes, width)
    torch.save(model.state_dict(), os.path.join(folder, "state.pt"))
    # A grey image, as the network of the viewer sees it: repeated on the channels after normalisation with range [-1, 1].
    image = torch.rand(2, 1, size, size, requires_grad=True)
    logits = model((2 * image - 1).expand(-1, channels, -1, -1))
    logits[:, -1].sum().backward()
    numbers = {"image": image.detach(), "logits": logits.detach(), "gradient": image.grad}
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({name: values.flatten().tolist() for name, values in numbers.items()}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
