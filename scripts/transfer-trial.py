#!/usr/bin/env python3
"""Does transfer learning pay? A logistic regression on frozen ImageNet features of chest films, against a package's classifier.

The features are those of the InceptionV3 that the npm package nsfwjs (MIT) carries; its convolutions are ImageNet's, frozen in that
package's own training. Films come prepared, as `explain train` keeps them below its --cache. Regularisation and pooling are chosen on
val; test is read with --test alone. Needs torch, torchvision, numpy and scipy, and node to read the weights.

    npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
    python3 scripts/transfer-trial.py --weights package --data ../shared/data/cxr ../shared/data/cxr-more \\
        --prepared .cache/prepared-….jsonl --scores .cache/report-val/images.csv --work .cache/transfer
"""

import argparse
import csv
import json
import os
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.models.inception as inception_module
from scipy.stats import rankdata
from torchvision.models import inception_v3

SIDE = 224

# Writes the weights of nsfwjs' script files as float32, in the order of their manifest.
READ_WEIGHTS = """
const fs = require('fs'), path = require('path');
const [folder, out] = process.argv.slice(1);
const whole = module => module.default ?? module;
const { weightsManifest } = whole(require(path.resolve(folder, 'model.min.js')));
const number = name => Number(/shard(\\d+)of/.exec(name)[1]);
const shards = fs.readdirSync(folder).filter(name => name.startsWith('group1')).sort((a, b) => number(a) - number(b));
const bytes = Buffer.concat(shards.map(name => Buffer.from(whole(require(path.resolve(folder, name))), 'base64')));
let offset = 0;
const names = {};
const parts = [];
let count = 0;
for (const { name, shape, quantization } of weightsManifest.flatMap(group => group.weights)) {
  const size = shape.reduce((a, b) => a * b, 1);
  if (quantization?.dtype !== 'uint8') throw new Error(`${name} is not quantised to 8 bits`);
  const values = Float32Array.from(bytes.subarray(offset, offset + size), v => v * quantization.scale + quantization.min);
  offset += size;
  names[name] = { shape, offset: count };
  count += size;
  parts.push(Buffer.from(values.buffer));
}
if (offset !== bytes.length) throw new Error(`${bytes.length - offset} bytes are left over`);
fs.writeFileSync(path.join(out, 'weights.bin'), Buffer.concat(parts));
fs.writeFileSync(path.join(out, 'weights.json'), JSON.stringify(names));
"""

BRANCHES = {
    "Mixed_5b Mixed_5c Mixed_5d": "branch1x1 branch5x5_1 branch5x5_2 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3 branch_pool",
    "Mixed_6a": "branch3x3 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3",
    "Mixed_6b Mixed_6c Mixed_6d Mixed_6e": "branch1x1 branch7x7_1 branch7x7_2 branch7x7_3 branch7x7dbl_1 branch7x7dbl_2 branch7x7dbl_3 "
    "branch7x7dbl_4 branch7x7dbl_5 branch_pool",
    "Mixed_7a": "branch3x3_1 branch3x3_2 branch7x7x3_1 branch7x7x3_2 branch7x7x3_3 branch7x7x3_4",
    "Mixed_7b Mixed_7c": "branch1x1 branch3x3_1 branch3x3_2a branch3x3_2b branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3a branch3x3dbl_3b "
    "branch_pool",
}
STEM = "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 Conv2d_3b_1x1 Conv2d_4a_3x3".split()


def load_network(folder, work):
    """torchvision's InceptionV3 with Keras' weights: convolution k of Keras is the k-th of the list."""
    subprocess.run(["node", "-e", READ_WEIGHTS, os.path.join(folder, "dist/models/inception_v3"), work], check=True)
    index = json.load(open(os.path.join(work, "weights.json")))
    raw = np.fromfile(os.path.join(work, "weights.bin"), np.float32)

    def take(name):
        entry = index[name]
        return torch.tensor(raw[entry["offset"] :][: int(np.prod(entry["shape"]))].reshape(entry["shape"]))

    network = inception_v3(weights=None, aux_logits=False, init_weights=False, transform_input=False)
    names = STEM + [f"{block}.{branch}" for blocks, branches in BRANCHES.items() for block in blocks.split() for branch in branches.split()]
    modules = dict(network.named_modules())
    for k, name in enumerate(names, 1):
        convolution, norm = modules[name].conv, modules[name].bn
        kernel = take(f"conv2d_{k}/kernel").permute(3, 2, 0, 1)
        if kernel.shape != convolution.weight.shape:
            sys.exit(f"transfer-trial: {name} has the shape {tuple(convolution.weight.shape)}, its weights {tuple(kernel.shape)}.")
        convolution.weight.data = kernel.contiguous()
        norm.weight.data.fill_(1)
        norm.bias.data = take(f"batch_normalization_{k}/beta")
        norm.running_mean = take(f"batch_normalization_{k}/moving_mean")
        norm.running_var = take(f"batch_normalization_{k}/moving_variance").clamp_min(1e-4)
        norm.eps = 1e-3
    return network.eval()


def keras_average(x, kernel_size, stride=None, padding=0):
    """Keras' average leaves the border out, torchvision's counts it as zeros."""
    return F.avg_pool2d(x, kernel_size, stride, padding, count_include_pad=False)


class FunctionalOfKeras:
    """torch.nn.functional, but for the average."""

    avg_pool2d = staticmethod(keras_average)

    def __getattr__(self, name):
        return getattr(F, name)


def features(network, x):
    """[N, 1, S, S] in [-1, 1] → [N, 4096]: mean and maximum of the last 2,048 channels."""
    x = x.expand(-1, 3, -1, -1)
    for name in STEM[:3]:
        x = getattr(network, name)(x)
    x = F.max_pool2d(x, 3, 2)
    for name in STEM[3:]:
        x = getattr(network, name)(x)
    x = F.max_pool2d(x, 3, 2)
    for blocks in BRANCHES:
        for block in blocks.split():
            x = getattr(network, block)(x)
    return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)


def read_films(folders, prepared):
    """Films with a label and no doubt about it, with their place in the prepared file."""
    slots = {record["file"]: record["slot"] for record in map(json.loads, open(prepared)) if "file" in record}
    films = []
    for folder in folders:
        about = {row["image"]: row for row in csv.DictReader(open(os.path.join(folder, "metadata.csv")))}
        for row in csv.DictReader(open(os.path.join(folder, "labels.csv"))):
            # One folder: its own paths; several: those below the folders' names.
            slot = slots.get(f"images/{row['image']}", slots.get(f"{os.path.basename(folder.rstrip('/'))}/images/{row['image']}"))
            if row["label"] == "" or row["quality"] in ("doubtful", "other") or slot is None:
                continue
            seen = about[row["image"]]
            films.append({**row, "slot": slot, "view": seen["view"], "collection": seen["collection"], "positive": int(row["label"])})
    return films


def sampling_weights(films):
    """Inverse to the size of the group (label, view, collections a b, c d or e f), radiologist-read films twice: near to what `explain train` draws, not the same."""
    groups = [(f["positive"], f["view"], f["collection"] in "ab", f["collection"] in "ef") for f in films]
    sizes = {group: groups.count(group) for group in set(groups)}
    weights = np.array([(2 if f["quality"] == "radiologist" else 1) / sizes[g] for f, g in zip(films, groups)])
    return weights / weights.sum()


def fit(z, positive, weights, penalty):
    """Logistic regression with a ridge penalty. Returns coefficients, the intercept last."""
    c = torch.zeros(z.shape[1] + 1, requires_grad=True)
    optimiser = torch.optim.LBFGS([c], max_iter=150)

    def loss():
        optimiser.zero_grad()
        value = (weights * F.binary_cross_entropy_with_logits(z @ c[:-1] + c[-1], positive, reduction="none")).sum()
        value = value + penalty * (c[:-1] ** 2).sum()
        value.backward()
        return value

    optimiser.step(loss)
    return c.detach()


def auc(positive, score):
    ranks = rankdata(score)
    ones = int(positive.sum())
    return (ranks[positive == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(positive) - ones))


GROUPS = {
    "all": lambda f: True,
    "AP": lambda f: f["view"] == "AP",
    "PA": lambda f: f["view"] == "PA",
    "read by radiologists": lambda f: f["quality"] == "radiologist",
}


def figures(films, scores, split, rng=None):
    """AUC of each group; with rng its 95 % bootstrap interval over patients."""
    texts = []
    for name, belongs in GROUPS.items():
        chosen = [i for i, f in enumerate(films) if f["split"] == split and belongs(f) and np.isfinite(scores[i])]
        positive = np.array([films[i]["positive"] for i in chosen])
        values = scores[chosen]
        text = f"{name} {auc(positive, values):.3f}"
        if rng is not None:
            patients = {}
            for place, i in enumerate(chosen):
                patients.setdefault(films[i]["patient"], []).append(place)
            units = list(patients.values())
            draws = []
            for _ in range(1000):
                places = np.concatenate([units[u] for u in rng.integers(0, len(units), len(units))]).astype(int)
                if 0 < positive[places].sum() < len(places):
                    draws.append(auc(positive[places], values[places]))
            text += " ({:.3f}–{:.3f})".format(*np.percentile(draws, [2.5, 97.5]))
        texts.append(text)
    return ", ".join(texts)


def cross_validated(films, values, train, penalty, folds=5):
    """Scores of the training films, each by a fit that saw no film of its patient."""
    patients = sorted({films[i]["patient"] for i in train})
    fold_of = dict(zip(patients, np.random.default_rng(1).integers(0, folds, len(patients))))
    scores = np.full(len(films), np.nan)
    for fold in range(folds):
        kept = [i for i in train if fold_of[films[i]["patient"]] != fold]
        left = [i for i in train if fold_of[films[i]["patient"]] == fold]
        scores[left] = fitted(films, values, kept, penalty)[left]
    return scores


def fitted(films, values, train, penalty):
    z = torch.tensor((values - values[train].mean(0)) / (values[train].std(0) + 1e-3))
    weights = torch.tensor(sampling_weights([films[i] for i in train]), dtype=torch.float32)
    positive = torch.tensor([films[i]["positive"] for i in train], dtype=torch.float32)
    c = fit(z[train], positive, weights, penalty)
    return (z @ c[:-1] + c[-1]).numpy()


def nearest(films, pixels, train, split):
    """Largest correlation of a film of the split with any training film, of thumbnails of 32 × 32: a copy has some .99."""

    def thumbnails(chosen):
        small = np.stack([pixels[films[i]["slot"]].astype(np.float32).reshape(32, 7, 32, 7).mean((1, 3)).ravel() for i in chosen])
        small -= small.mean(1, keepdims=True)
        return small / np.linalg.norm(small, axis=1, keepdims=True)

    return float((thumbnails([i for i, f in enumerate(films) if f["split"] == split]) @ thumbnails(train).T).max())


def standardised(values, of):
    return (values - np.nanmean(values[of])) / np.nanstd(values[of])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="folder of the unpacked nsfwjs")
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--prepared", required=True, help="list of the prepared films, prepared-….jsonl")
    parser.add_argument("--scores", nargs="*", default=[], help="images.csv of explain evaluate: the classifier to compare and to average with")
    parser.add_argument("--test", action="store_true", help="the test split too, with what was chosen on val")
    parser.add_argument("--work", required=True, help="folder of weights and features; features that lie there are used again")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    torch.set_num_threads(1)
    inception_module.F = FunctionalOfKeras()

    films = read_films(options.data, options.prepared)
    pixels = np.memmap(options.prepared.replace(".jsonl", ".u16"), np.uint16, "r").reshape(-1, SIDE, SIDE)
    file = os.path.join(options.work, "features.npy")
    if not os.path.exists(file):
        network = load_network(options.weights, options.work)
        rows = []
        with torch.no_grad():
            for start in range(0, len(films), 16):
                batch = np.stack([pixels[f["slot"]] for f in films[start : start + 16]]).astype(np.float32)
                rows.append(features(network, torch.tensor(batch / 65535 * 2 - 1)[:, None]).numpy())
                if start % 800 == 0:
                    print(f"features {start}/{len(films)}", file=sys.stderr, flush=True)
        np.save(file, np.concatenate(rows))
    values = np.load(file)
    if len(values) != len(films):
        sys.exit(f"transfer-trial: {file} is of {len(values)} films, not of {len(films)}; give another --work.")

    train = [i for i, f in enumerate(films) if f["split"] == "train"]
    val = [i for i, f in enumerate(films) if f["split"] == "val"]
    print(f"{len(train)} training films; AUC on val")
    best = (0,)
    for pooling, part in {"mean": slice(0, 2048), "maximum": slice(2048, 4096), "both": slice(0, 4096)}.items():
        chosen = values[:, part]
        for penalty in (0.1, 0.3, 1, 3, 10, 30):
            scores = fitted(films, chosen, train, penalty)
            print(f"  {pooling}, penalty {penalty}: {figures(films, scores, 'val')}", flush=True)
            reached = auc(np.array([films[i]["positive"] for i in val]), scores[val])
            best = max(best, (reached, f"{pooling}, penalty {penalty}", scores, chosen, penalty), key=lambda each: each[0])
    _, name, scores, chosen, penalty = best
    print(f"Chosen on val: {name}")
    print(f"train, five folds of patients: {figures(films, cross_validated(films, chosen, train, penalty), 'train')}")

    rng = np.random.default_rng(0)
    splits = ["val", "test"] if options.test else ["val"]
    rows = {f"transfer ({name})": scores}
    if options.scores:
        given = {row["image"]: float(row["score"]) for path in options.scores for row in csv.DictReader(open(path))}
        p = np.clip([given.get(f["image"], np.nan) for f in films], 1e-6, 1 - 1e-6)
        logits = np.log(p / (1 - p))
        rows["the package's classifier"] = logits
        rows["mean of both, each standardised on val"] = (standardised(scores, val) + standardised(logits, val)) / 2
    for split in splits:
        print(f"{split}: largest correlation with a training film {nearest(films, pixels, train, split):.3f}")
        for row, values_of_row in rows.items():
            print(f"{split}, {row}: {figures(films, values_of_row, split, rng)}")


if __name__ == "__main__":
    main()
