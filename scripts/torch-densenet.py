"""Trains a classifier of TorchXRayVision's shape on chest phantoms with PyTorch, and exports it as ONNX: a rehearsal of bringing one's own.

    python3 torch-densenet.py --train FOLDER --validation FOLDER --out FOLDER

The folders are of `explain synth --findings --photometric MONOCHROME2`. The network is torchvision's DenseNet121 of one channel and 18 answers, without
ImageNet's weights. Films are read as TorchXRayVision reads them: by their bit depth to -1024…1024, without cropping. Phantoms have four of its 18 findings; the
loss leaves out the others, as that library does with findings that a data set does not label, so their answers mean nothing.

Written are model.onnx (logits), about.json for `explain import classifier --about` (operating points by Youden's index on the validation films), and pictures with
predictions.json for `--expect`. Needs torch, torchvision, pydicom and Pillow (Debian: python3-torchvision python3-pydicom python3-pil). One thread, one seed: the
same weights each time on one machine.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import pydicom
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torchvision import models

# torchxrayvision.datasets: default_pathologies
FINDINGS = [
    "Atelectasis", "Consolidation", "Infiltration", "Pneumothorax", "Edema", "Emphysema", "Fibrosis", "Effusion", "Pneumonia",
    "Pleural_Thickening", "Cardiomegaly", "Nodule", "Mass", "Hernia", "Lung Lesion", "Fracture", "Lung Opacity", "Enlarged Cardiomediastinum",
]  # fmt: skip
# What the phantoms call them.
DRAWN = {"Lung Opacity": "opacity", "Effusion": "effusion", "Nodule": "nodule", "Cardiomegaly": "enlarged heart"}


def read_folder(folder):
    """Films as [n, 1, rows, columns] of grey levels from 0 to 1, and labels [n, 18]: 1, 0, or not a number where nothing is known."""
    with open(folder / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    films, labels = [], []
    for row in rows:
        film = pydicom.dcmread(folder / row["file"])
        if film.PhotometricInterpretation != "MONOCHROME2":
            raise SystemExit(f"{row['file']} is not MONOCHROME2: draw the phantoms with --photometric MONOCHROME2.")
        films.append((film.pixel_array / (2**film.BitsStored - 1)).astype("float32"))
        found = row["label"].split("|")
        labels.append([float(DRAWN[name] in found) if name in DRAWN else float("nan") for name in FINDINGS])
    return torch.from_numpy(np.stack(films))[:, None], torch.tensor(labels)


def made():
    network = models.densenet121(weights=None, num_classes=len(FINDINGS))
    network.features.conv0 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    return network


def normalised(grey):
    return (2 * grey - 1) * 1024


def loss_of(logits, labels):
    """Cross-entropy of the findings that are known."""
    known = ~labels.isnan()
    return functional.binary_cross_entropy_with_logits(logits[known], labels[known])


def trained(network, films, labels, stages, batch, rate):
    """Each stage sees so many films at so many pixels, in an order drawn anew each time around; one cycle of the rate over all stages."""
    steps = [(size, count // batch) for size, count in stages]
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.01)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=sum(count for _, count in steps))
    order, start, recent = [], time.time(), []
    network.train()
    for size, count in steps:
        for step in range(count):
            if len(order) < batch:
                order = torch.randperm(len(films)).tolist()
            chosen, order = order[:batch], order[batch:]
            images = functional.adaptive_avg_pool2d(films[chosen], size)
            loss = loss_of(network(normalised(images)), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            cycle.step()
            recent = [*recent[-19:], loss.item()]
            if step % 20 == 19:
                print(f"{size} pixels, step {step + 1} of {count}: loss {np.mean(recent):.3f}, {time.time() - start:.0f} s", flush=True)
    return network.eval()


def logits_of(network, films):
    with torch.no_grad():
        return torch.cat([network(normalised(some)) for some in films.split(16)])


def measured(scores, labels):
    """Area under the ROC curve (ties count half), and the threshold of the highest sensitivity + specificity."""
    positive, negative = scores[labels == 1], scores[labels == 0]
    difference = positive[:, None] - negative[None]
    area = ((difference > 0).float() + 0.5 * (difference == 0).float()).mean().item()
    ranked = scores.unique()
    between = (ranked[1:] + ranked[:-1]) / 2
    youden = [((positive > at).float().mean() + (negative <= at).float().mean()).item() for at in between]
    return area, between[int(np.argmax(youden))].item()


def about_of(operating_points, count):
    return {
        "card": {
            "title": "DenseNet121 of TorchXRayVision's shape, trained on chest phantoms by PyTorch",
            "researchUseNotice": "For research use only. Made for synthetic phantoms; it knows nothing of patients.",
            "intendedUse": "Rehearsal of an import. Trained for "
            + ", ".join(DRAWN)
            + "; the other findings were never trained, and their answers mean nothing.",
            "weightsTerms": "Trained on synthetic phantoms alone.",
            "independent": True,
            "classes": [
                {"name": name, **({"operatingPoint": operating_points[name]} if name in operating_points else {})}
                for name in FINDINGS
            ],
            "applicability": {
                "modalities": ["CR", "DX"],
                "bodyParts": ["CHEST"],
                "views": ["PA"],
                "photometric": ["MONOCHROME1", "MONOCHROME2"],
                "minRows": 128,
                "minColumns": 128,
                "minAgeYears": 0,
                "maxAgeYears": 120,
                "phantomOnly": True,
            },
        },
        "architecture": "DenseNet121, one channel, 18 answers",
        "trainingData": {"description": "Chest phantoms of explain synth --findings", "counts": {"train": count}},
    }


def write_expected(network, films, folder):
    """Pictures and the probabilities that this program gives them, for --expect. Logits are what the file answers."""
    answers = {}
    for number, film in enumerate(films):
        name = f"film-{number}.png"
        picture = np.round(film[0].numpy() * 255).astype("uint8")
        Image.fromarray(picture).save(folder / name)
        again = torch.from_numpy(picture.astype("float32") / 255)[None, None]
        answers[name] = logits_of(network, again)[0].tolist()
    (folder / "predictions.json").write_text(json.dumps(answers))


def stage(text):
    size, count = text.split(":")
    return int(size), int(count)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, help="folder of phantoms to train on")
    parser.add_argument("--validation", type=Path, required=True, help="folder of other phantoms")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--stages", type=stage, nargs="+", default=[(64, 12000), (128, 3200)], help="pixels:films drawn, one stage after the other; the last is what is exported")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    # Others may be at work on this machine; and the same order of sums each time.
    torch.set_num_threads(1)

    films, labels = read_folder(asked.train)
    network = trained(made(), films, labels, asked.stages, asked.batch, asked.rate)
    size = asked.stages[-1][0]
    others, truth = read_folder(asked.validation)
    others = functional.adaptive_avg_pool2d(others, size)
    scores = logits_of(network, others).sigmoid()
    operating_points = {}
    for name in DRAWN:
        k = FINDINGS.index(name)
        area, operating_points[name] = measured(scores[:, k], truth[:, k])
        print(f"{name}: AUC {area:.3f} on {len(others)} films, operating point {operating_points[name]:.3f}")

    asked.out.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(network, torch.zeros(1, 1, size, size), str(asked.out / "model.onnx"), opset_version=17)
    (asked.out / "about.json").write_text(json.dumps(about_of(operating_points, len(films)), indent=2))
    write_expected(network, others[:4], asked.out)


main()
