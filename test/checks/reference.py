"""Independent values for the product's maps and metrics. Needs torch, numpy and scipy (Debian: python3-torch, python3-scipy).

    reference.py network FOLDER    writes the state dict of a seeded ResNet18, state.pt
    reference.py compare FOLDER    reads cases.json and the maps that it names; prints one JSON line a comparison:
                                   {"case", "check", "error"}, the error as `relative_error` or, where the check asks
                                   for it ("norm": "rms"), `relative_rms_error` has it
"""

import functools
import importlib.util
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

import explanations
import metrics
from keras_network import KerasNetwork, pad_same, read_weights

torch.set_num_threads(1)


def resnet_module():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "imported", "torch_resnet.py")
    spec = importlib.util.spec_from_file_location("torch_resnet", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_resnet():
    return resnet_module().seeded_resnet(False, 3, 1, 8)


def torch_resnet(folder, case):
    """The PyTorch network itself, not what was exported of it."""
    model = make_resnet()
    model.load_state_dict(torch.load(os.path.join(folder, case["state"])))
    model = model.double().eval()
    mean, std = (torch.tensor(case[name], dtype=torch.float64).reshape(1, -1, 1, 1) for name in ("mean", "std"))
    seen = {}
    for name, module in model.named_modules():
        module.register_forward_hook(lambda _module, _inputs, output, name=name: seen.__setitem__(name, output))

    def network(x):
        logits = model((x.expand(-1, 3, -1, -1) - mean) / std)
        return logits, {**seen, "layer1.0.relu1": torch.relu(seen["layer1.0.bn1"])}

    return network


def graph_network(folder, case):
    """The graph of test/imported/graph-fixture.ts, by its description there."""
    w = read_weights(os.path.join(folder, case["weights"]))
    kernel = lambda name: w[name].permute(3, 2, 0, 1)

    def network(x):
        x = (2 * x - 1).expand(-1, 3, -1, -1)
        x = torch.relu(F.conv2d(pad_same(x, (3, 3), (2, 2)), kernel("w1"), w["b1"], 2))
        x = F.conv2d(pad_same(x, (3, 3), (1, 1)), kernel("w2"), w["b2"])
        x = F.max_pool2d(pad_same(x, (3, 3), (2, 2), float("-inf")), 3, 2)
        depthwise = w["wd"].permute(2, 3, 0, 1)
        deep = F.conv2d(pad_same(x, (3, 3), (2, 2)), depthwise, stride=2, groups=6)
        return deep.mean((2, 3)) @ w["w3"] + w["b3"], {"deep": deep}

    return network


def package_classifier(folder, case):
    network = KerasNetwork(os.path.join(case["package"], "classifier/model.json"))

    def run(x):
        values = network(x)
        return values[network.outputs[0]], values

    return run


networks = {"resnet": torch_resnet, "graph": graph_network, "package": package_classifier}


@functools.cache
def generator_network(package, generator):
    return KerasNetwork(os.path.join(package, "generators", generator, "model.json"))


def remembered(function):
    """Several checks ask for the same images and attributions: keeps each by its image and the other arguments."""
    known = {}

    @functools.wraps(function)
    def ask(image, *arguments):
        key = (image.numpy().tobytes(), json.dumps(arguments))
        if key not in known:
            known[key] = function(image, *arguments)
        return known[key]

    return ask


@remembered
def generated_by(x, package, generator):
    network = generator_network(package, generator)
    with torch.no_grad():
        values = network(x)
    return [values[name] for name in network.outputs]


@functools.cache
def kind_of(package, generator):
    with open(os.path.join(package, "model-card.json"), encoding="utf-8") as file:
        return json.load(file)["generators"][generator]["kind"]


def generated(case, generator, x):
    """What one of the package's generators makes: of the kind that goes by the decision, x and the image of the other one. What is
    decided of a film holds for its copies."""
    outputs = generated_by(x, case["package"], generator)
    if kind_of(case["package"], generator) != "cyce":
        return outputs
    towards_negative, towards_positive = outputs
    is_positive = task_of(case, package_classifier(None, case), case.get("film", x)).positive
    return [x, towards_negative if is_positive else towards_positive]


def difference(case, generator):
    """Eq. (3) of a pair, eq. (2) of a naive generator, as a function of the image."""

    def explain(x):
        outputs = generated(case, generator, x)
        return (outputs[0] - (outputs[1] if len(outputs) == 2 else x)).abs()

    return explain


def pair_of(case, generator):
    """x_s and x_a of a package's generator, or by their factors."""
    if isinstance(generator, dict):
        return lambda x: [generator["similar"] * x, generator["adversarial"] * x]
    return lambda x: generated(case, generator, x)


def task_of(case, network, x):
    return explanations.Task(network, x, case.get("calibration"), case.get("operatingPoint", 0.5))


def attribution_in(case, network):
    """Attributions between the two images of a pair generator, on the network of a case."""

    @remembered
    def attribution(x, name, generator, *options):
        return getattr(explanations, name)(task_of(case, network, x), pair_of(case, generator), *options)

    return attribution


def expected(case, check, network, x):
    """What a check should give for one image [1, 1, S, S]."""
    task = lambda image: task_of(case, network, image)
    o = check["options"]
    # Of what lies between the images of a pair; GradCAM keeps to the last features.
    evidence = case.get("evidence", case["features"])
    by_method = {
        "gradient": lambda: explanations.gradient(task(x), o.get("target", "logit")),
        "input-gradient": lambda: explanations.input_gradient(task(x)),
        "smoothgrad": lambda: explanations.smooth_grad(task(x), o["noise"]),
        "integrated-gradients": lambda: explanations.integrated_gradients(task(x), o["steps"], o["baseline"])[0],
        "completeness-gap": lambda: explanations.integrated_gradients(task(x), o["steps"], o["baseline"])[1],
        "path": lambda: between(explanations.path, o["points"])(x)[0].abs(),
        "path-signed": lambda: between(explanations.path, o["points"])(x)[0],
        "path-gap": lambda: between(explanations.path, o["points"])(x)[1],
        "evidence-change": lambda: between(explanations.evidence_change, o["points"], evidence)(x)[0].abs(),
        "evidence-change-signed": lambda: between(explanations.evidence_change, o["points"], evidence)(x)[0],
        "evidence-change-gap": lambda: between(explanations.evidence_change, o["points"], evidence)(x)[1],
        "evidence-change+aug": lambda: averaged(
            lambda image: between(explanations.evidence_change, o["points"], evidence)(image)[0].abs()
        ),
        "guided-gradcam": lambda: between(explanations.guided_grad_cam, o["points"], evidence)(x),
        "gradcam": lambda: explanations.grad_cam(task(x), case["features"], o.get("explainedClass") == "decided"),
        "occlusion": lambda: explanations.occlusion(task(x), o["patch"], o["stride"]),
        "rise": lambda: explanations.rise(task(x), o["draws"], o["cells"]),
        "bbmp": lambda: explanations.bbmp(task(x), o["iterations"], o["cells"]),
        "perceptual-perturbation": lambda: explanations.perceptual_perturbation(task(x), o["iterations"], case["relus"]),
        "gradient+aug": lambda: averaged(lambda image: explanations.gradient(task(image))),
        "gradcam+aug": lambda: averaged(lambda image: explanations.grad_cam(task(image), case["features"])),
        "difference": lambda: difference(case, o["generator"])(x),
        "difference+aug": lambda: averaged(difference(case, o["generator"])),
        "output": lambda: generated(case, o["generator"], x)[o["index"]],
        "adversarial-alone": lambda: (generated(case, o["generator"], x)[1] - x).abs(),
    }

    def between(attribution, *options):
        """An attribution between the two images of a pair generator, as a function of the image."""
        return lambda image: case["attribution"](image, attribution.__name__, o["generator"], *options)

    def averaged(explain):
        on_array = lambda image: explain(torch.tensor(image)[None, None])[0, 0].numpy()
        case["film"] = x
        try:
            return torch.tensor(explanations.augmented(on_array, x[0, 0].numpy(), o["transforms"]))
        finally:
            del case["film"]

    return by_method[check["method"]]().detach().numpy().squeeze()


# Beginnings of the names of what derives the classifier.
derived = ("gradient", "gradcam", "guided-gradcam", "path", "evidence-change")


def compare_maps(folder, case):
    images = torch.tensor(np.load(os.path.join(folder, case["images"])).astype(np.float64))
    network = networks[case["network"]](folder, case)
    case["attribution"] = attribution_in(case, network)
    for check in case["checks"]:
        options = check["options"]
        if "noiseFile" in options:
            options["noise"] = torch.tensor(np.load(os.path.join(folder, options["noiseFile"])).astype(np.float64))
        ours = np.load(os.path.join(folder, check["file"])).astype(np.float64)
        wanted = np.stack([expected(case, check, network, image[None]) for image in images])
        measure = measures[check.get("norm", "largest")]
        errors = [measure(ours[k : k + 1], wanted[k : k + 1]) for k in range(len(images))]
        # Where a ReLU's input is 0 within rounding, its derivative is 0 here and 1 there: of five phantoms two met such a kink in a
        # shipped network, on another processor others may. A derivative that is wrong is wrong on every image.
        mayMeet = case.get("kinks") and check["method"].startswith(derived)
        yield check["name"], min(errors) if mayMeet else max(errors)
    for check in case.get("curves", []):
        task = explanations.Task(network, images[:1], case["calibration"], case["operatingPoint"])
        order = np.load(os.path.join(folder, check["map"]))[0]
        wanted = explanations.deletion_insertion(task, order, check["steps"])
        for name, value in check["values"].items():
            yield name, abs(value - wanted[name]) / abs(wanted[name])


def relative_error(ours, wanted):
    """The worst image's largest absolute error over its largest expected value."""
    if ours.shape != wanted.shape:
        raise ValueError(f"shapes {ours.shape} and {wanted.shape}")
    axes = tuple(range(1, wanted.ndim))
    largest = np.abs(wanted).max(axes)
    if not (largest > 0).all():
        raise ValueError("an expected map is 0 everywhere, which proves nothing")
    return float((np.abs(ours - wanted).max(axes) / largest).max())


def relative_rms_error(ours, wanted):
    """The worst image's root mean square error over the root mean square of what is expected."""
    relative_error(ours, wanted)  # for what it refuses
    axes = tuple(range(1, wanted.ndim))
    return float(np.sqrt(((ours - wanted) ** 2).sum(axes) / (wanted**2).sum(axes)).max())


def gap_error(ours, wanted):
    """
    The worst image's error of a completeness gap, over the size of the numbers that were subtracted. wanted [images, 2]: both.
    Not over the gap: it is a small difference of large numbers, of which rounding (another processor's, say) moves any share.
    """
    gap, size = wanted.T
    return float((np.abs(ours - gap) / size).max())


measures = {"largest": relative_error, "rms": relative_rms_error, "gap": gap_error}


def compare_metrics(folder, case):
    maps = [np.load(os.path.join(folder, name)).astype(np.float64) for name in case["maps"]]
    truths = [np.load(os.path.join(folder, name)) > 0 for name in case["truths"]]
    wanted = metrics.localisation(maps, truths)
    for name, values in case["values"].items():
        yield name, max(abs(ours - value) for ours, value in zip(values, wanted[name]))


def compare(folder):
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        run = compare_metrics if case["network"] == "none" else compare_maps
        for name, error in run(folder, case):
            print(json.dumps({"case": case["name"], "check": name, "error": float(error)}), flush=True)


if __name__ == "__main__":
    command, place = sys.argv[1:]
    if command == "network":
        torch.save(make_resnet().state_dict(), os.path.join(place, "state.pt"))
    else:
        compare(place)
