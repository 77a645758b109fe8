"""The localisation metrics by their definitions, in NumPy, for maps without ties."""

import numpy as np


def localisation(maps, truths):
    """Values of each metric by the product's ids, one a map; `total` and `partial` are areas under the mean curve."""
    values = {}
    precisions, sensitivities = [], []
    for heat, truth in zip(maps, truths):
        if len(np.unique(heat)) != heat.size:
            raise ValueError("a map has ties, whose order is the product's own")
        count = heat.size
        descending = np.sort(heat.ravel())[::-1]
        top = lambda k: heat >= descending[k - 1] if k else np.zeros_like(truth)
        share = lambda p: int(np.floor((1 - p / 100) * count + 0.5))
        iou = lambda mask: (mask & truth).sum() / (mask | truth).sum()
        add = lambda name, value: values.setdefault(name, []).append(float(value))
        for p in (80, 85, 90, 95, 98):
            add(f"iou{p}", iou(top(share(p))))
        add("pointing", truth.ravel()[heat.argmax()])
        area = int(truth.sum())
        add("iouOwnArea", iou(top(area)))
        add("mass", heat[truth].sum() / heat.sum())
        add("rank", (top(area) & truth).sum() / area)
        ordered = truth.ravel()[np.argsort(-heat.ravel())]
        # Mean, over the pixels of the truth, of the precision at their rank.
        add("auprc", (np.cumsum(ordered) / np.arange(1, count + 1))[ordered].mean())
        masks = [top(share(p)) for p in range(100)]
        precisions.append([(m & truth).sum() / m.sum() for m in masks])
        sensitivities.append([(m & truth).sum() / area for m in masks])
    precision, sensitivity = np.mean(precisions, 0), np.mean(sensitivities, 0)
    # Trapezoids over sensitivity, which falls with the percentile.
    area_from = lambda p: float(-((precision[p:-1] + precision[p + 1:]) / 2 * np.diff(sensitivity[p:])).sum())
    values["total"], values["partial"] = [area_from(0)], [area_from(60)]
    return values
