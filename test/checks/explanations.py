"""The explanation methods by their papers, in PyTorch's double precision: what the product's maps are compared with.

A classifier is a function from images [N, 1, S, S] to (logits [N, K], activations by name).
"""

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F


class Task:
    """One image under a classifier: its target F, its decided class, and what becomes of that."""

    def __init__(self, network, image, calibration=None, operating_point=0.5):
        self.network, self.x = network, image
        self.slope, self.intercept = calibration or (1.0, 0.0)
        self.corner = np.log(operating_point / (1 - operating_point))
        logits = self.logits(image)
        self.binary = logits.shape[1] == 1
        self.positive = bool(self.slope * logits[0, 0] + self.intercept > self.corner)
        self.decided = int(logits[0].argmax())

    def logits(self, x):
        return self.network(x)[0]

    def target(self, x, kind="logit"):
        """Of two classes the positive one; of more, the one decided for the image that is explained."""
        logits = self.logits(x)
        if kind == "score":
            if self.binary:
                return torch.sigmoid(self.slope * logits[:, 0] + self.intercept)
            return torch.softmax(logits, 1)[:, self.decided]
        return logits[:, 0 if self.binary else self.decided]

    def log_probabilities(self, x):
        """log p of the decided class, and of all others together."""
        logits = self.logits(x)
        if self.binary:
            z = (self.slope * logits[:, 0] + self.intercept) * (1 if self.positive else -1)
            return F.logsigmoid(z), F.logsigmoid(-z)
        log_p = torch.log_softmax(logits, 1)
        others = [k for k in range(logits.shape[1]) if k != self.decided]
        return log_p[:, self.decided], torch.logsumexp(log_p[:, others], 1)

    def probability(self, x):
        with torch.no_grad():
            return self.log_probabilities(x)[0].exp()

    def gradient(self, x, kind="logit"):
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(self.target(x, kind).sum(), x)[0]


def gradient(task, target="logit"):
    return task.gradient(task.x, target).abs()


def input_gradient(task):
    return (task.x * task.gradient(task.x)).abs()


def smooth_grad(task, noise):
    """noise [copies, 1, S, S]"""
    return sum(task.gradient(task.x + each[None]) for each in noise).div(len(noise)).abs()


def completeness_gap(attribution, task, end, start):
    """[2]: by how much the attribution misses F(end) - F(start), and the size of the numbers that were subtracted."""
    with torch.no_grad():
        at_end, at_start = task.target(end).sum(), task.target(start).sum()
        return torch.stack([attribution.sum() - (at_end - at_start), at_end.abs() + at_start.abs()])


def integrated_gradients(task, steps, baseline):
    """Map, and the completeness gap with the size of its terms."""
    start = torch.full_like(task.x, baseline)
    points = [start + (k + 0.5) / steps * (task.x - start) for k in range(steps)]
    attribution = (task.x - start) * sum(task.gradient(point) for point in points) / steps
    return attribution.abs(), completeness_gap(attribution, task, task.x, start)


def grad_cam(task, layer, turned=False):
    x = task.x.detach().clone().requires_grad_()
    logits, activations = task.network(x)
    score = logits[0, 0 if task.binary else task.decided]
    if turned and task.binary and not task.positive:
        score = -score
    features = activations[layer]
    alpha = torch.autograd.grad(score, features)[0].mean((2, 3), keepdim=True)
    cam = torch.relu((alpha * features).sum(1, keepdim=True))
    return F.interpolate(cam, task.x.shape[2:], mode="bilinear", align_corners=False).detach()


def between(similar, adversarial, points):
    return [adversarial + (k + 0.5) / points * (similar - adversarial) for k in range(points)]


def path(task, pair, points):
    """Signed attribution, and its completeness gap with the size of its terms. pair: image to [x_s, x_a]"""
    similar, adversarial = pair(task.x)
    mean = sum(task.gradient(point) for point in between(similar, adversarial, points)) / points
    signed = (similar - adversarial) * mean
    return signed, completeness_gap(signed, task, similar, adversarial)


def mean_derivative(task, similar, adversarial, points, layer):
    """Of F by the activations of a layer, over the images between the two."""

    def derivative(image):
        x = image.detach().clone().requires_grad_()
        logits, activations = task.network(x)
        return torch.autograd.grad(logits[0, 0 if task.binary else task.decided], activations[layer])[0]

    return sum(derivative(point) for point in between(similar, adversarial, points)) / points


def evidence_change(task, pair, points, layer):
    """Signed cells up-sampled, and the completeness gap of the cells with the size of its terms."""
    similar, adversarial = pair(task.x)
    mean = mean_derivative(task, similar, adversarial, points, layer)
    with torch.no_grad():
        change = task.network(similar)[1][layer] - task.network(adversarial)[1][layer]
        cells = (change * mean).sum(1, keepdim=True)
    signed = F.interpolate(cells, task.x.shape[2:], mode="bilinear", align_corners=False)
    return signed, completeness_gap(cells, task, similar, adversarial)


def guided_grad_cam(task, pair, points, layer):
    """GradCAM along the pair, of the image with the higher answer, times the blurred difference."""
    similar, adversarial = pair(task.x)
    weights = mean_derivative(task, similar, adversarial, points, layer).mean((2, 3), keepdim=True)
    with torch.no_grad():
        shown = similar if (task.target(similar) >= task.target(adversarial)).all() else adversarial
        cells = (weights * task.network(shown)[1][layer]).sum(1, keepdim=True).relu()
        evidence = F.interpolate(cells, task.x.shape[2:], mode="bilinear", align_corners=False)
        change = (similar - adversarial).abs().mean(1, keepdim=True)[0, 0].numpy()
    return evidence[0, 0] * torch.tensor(blurred(change, task.x.shape[-1] / 37))


def occlusion(task, patch, stride, grey=0.5):
    size = task.x.shape[-1]
    starts = sorted({*range(0, size - patch, stride), size - patch})
    before = task.probability(task.x)
    fall, covered = np.zeros((size, size)), np.zeros((size, size))
    for top in starts:
        for left in starts:
            copy = task.x.clone()
            copy[..., top:top + patch, left:left + patch] = grey
            fall[top:top + patch, left:left + patch] += float(before - task.probability(copy))
            covered[top:top + patch, left:left + patch] += 1
    return torch.tensor(np.maximum(fall / covered, 0))


def rise(task, draws, cells):
    """draws: kept cells and shift of each mask"""
    size = task.x.shape[-1]
    cell = -(-size // cells)
    total = torch.zeros(size, size, dtype=task.x.dtype)
    for draw in draws:
        grid = torch.tensor(draw["kept"], dtype=task.x.dtype).reshape(1, 1, cells + 1, cells + 1)
        whole = F.interpolate(grid, scale_factor=cell, mode="bilinear", align_corners=False)[0, 0]
        mask = whole[draw["top"]:draw["top"] + size, draw["left"]:draw["left"] + size]
        total += task.probability(task.x * mask) * mask
    return total / (len(draws) * 0.5)


def blurred(image, sigma):
    """Cut off at three standard deviations, rounded up; the border repeated."""
    radius = np.ceil(3 * sigma)
    return scipy.ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=radius / sigma)


def bbmp(task, iterations, cells):
    size = task.x.shape[-1]
    away = torch.tensor(blurred(task.x[0, 0].numpy(), 10 / 224 * size))[None, None]
    mask = torch.ones(1, 1, cells, cells, dtype=task.x.dtype, requires_grad=True)
    optimiser = torch.optim.Adam([mask], lr=0.1, eps=1e-7)
    up = lambda m: F.interpolate(m, (size, size), mode="bilinear", align_corners=False)
    for _ in range(iterations):
        fine = up(mask)
        smooth = mask.diff(dim=2).abs().pow(3).mean() + mask.diff(dim=3).abs().pow(3).mean()
        kept = task.log_probabilities(fine * task.x + (1 - fine) * away)[0].exp().sum()
        # The mask stays in [0, 1], where |1 - m| is 1 - m.
        loss = 0.01 * (1 - mask).mean() + 0.2 * smooth + kept
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            mask.clamp_(0, 1)
    return 1 - up(mask).detach()


def perceptual_perturbation(task, iterations, layers):
    with torch.no_grad():
        originals = [task.network(task.x)[1][layer] for layer in layers]
    changed = task.x.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([changed], lr=0.005, eps=1e-7)
    for _ in range(iterations):
        activations = task.network(changed)[1]
        pairs = [(activations[layer], original) for layer, original in zip(layers, originals)]
        distance = sum((a - b).square().mean() / (b.square().mean() + 1e-6) for a, b in pairs)
        loss = (changed - task.x).square().mean() + distance - task.log_probabilities(changed)[1].sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            changed.clamp_(0, 1)
    return (changed - task.x).abs().detach()


def warped(image, transform):
    """SciPy's bilinear warp; outside the image is 0. transform: output to input, x_in = a·x + b·y + c, y_in = d·x + e·y + f"""
    a, b, c, d, e, f = transform
    return scipy.ndimage.affine_transform(image, [[e, d], [b, a]], [f, c], order=1, mode="grid-constant", cval=0.0)


def inverse(transform):
    a, b, c, d, e, f = transform
    (a, b, c), (d, e, f), _ = np.linalg.inv([[a, b, c], [d, e, f], [0, 0, 1]])
    return a, b, c, d, e, f


def augmented(explain, image, transforms):
    """Eq. (11): the mean of the maps brought back, over the transforms that cover a pixel. explain: image [S, S] to map [S, S]"""
    maps = [warped(explain(warped(image, t)), inverse(t)) for t in transforms]
    cover = sum(warped(np.ones_like(image), inverse(t)) for t in transforms)
    return np.where(cover > 1e-3, sum(maps) / np.maximum(cover, 1e-3), 0)


def deletion_insertion(task, order_map, steps):
    """Areas under the curves of the decided class's score, two classes."""
    image = task.x[0, 0].numpy()
    order = np.argsort(-order_map.ravel(), kind="stable")
    curves = {}
    for name, start, end in [("deletion", image, np.zeros_like(image)), ("insertion", blurred(image, 5 * len(image) / 224), image)]:
        scores = []
        for step in range(steps + 1):
            changed = start.ravel().copy()
            chosen = order[: int(np.floor(step / steps * order.size + 0.5))]
            changed[chosen] = end.ravel()[chosen]
            scores.append(float(task.probability(torch.tensor(changed.reshape(1, 1, *image.shape)))))
        curves[name] = (sum(scores) - (scores[0] + scores[-1]) / 2) / steps
    return curves
