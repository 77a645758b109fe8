#!/usr/bin/env python3
"""Recomputes the statistics of a report folder of `explain evaluate` from its per-image tables, with NumPy alone.

    python3 scripts/check-report.py REPORT

Nothing is shared with the program that wrote the report, not even the random numbers: means, areas, rates and Holm's
correction must agree to rounding, bootstrap intervals and permutation p-values within the error of two Monte Carlo runs
(four standard errors). Where all resamples agree a rate has Wilson's interval, and another figure none. Prints the largest difference of each kind; exits with 1 when one is too large.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

ROUNDING = 2e-6  # the tables hold seven digits
DRAWS = 20_000
FLIPS = 100_000
RATES = ["pointing"]  # 0 or 1 of each image
METRICS = ["iou80", "iou85", "iou90", "iou95", "iou98", "pointing", "iouOwnArea", "auprc", "mass", "rank"]
random = np.random.default_rng(20201)


class Check:
    """Largest difference of one kind, in units of what is allowed."""

    def __init__(self, name, unit=""):
        self.name, self.unit, self.count, self.worst, self.share, self.where = name, unit, 0, 0.0, 0.0, ""

    def add(self, found, expected, allowed, where):
        self.count += 1
        if (found is None) != (expected is None) or (found is not None and not np.isfinite(found - expected)):
            self.share, self.worst, self.where = np.inf, np.inf, where
            return
        if found is None:
            return
        difference = abs(found - expected)
        if difference / allowed > self.share:
            self.worst, self.share, self.where = difference, difference / allowed, where


def number(text):
    return float(text) if text else None


def rows(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def patient_draws(patients):
    """How often each image is drawn in each resample of patients."""
    names, index = np.unique(patients, return_inverse=True)
    drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    return drawn[:, index].astype(float)


def bootstrap(values, draws):
    """Values of a mean in each resample."""
    return draws @ values / draws.sum(axis=1)


def wilson(rate, patients):
    """Bounds of the rate at which the score test of 5 % just accepts the one found: the roots of (p − rate)² = z² p (1 − p) / n."""
    z2 = 1.959963984540054**2 / patients
    return sorted(np.roots([1 + z2, -(2 * rate + z2), rate * rate]).real)


def check_interval(check, resampled, expected, resamples, where, patients=None):
    """
    The share of the resamples below the bound of a percentile interval has the standard error sqrt(q (1 − q) / B). Resamples that all
    agree give no interval; with `patients`, the figure is a rate and has Wilson's.
    """
    if np.ptp(np.quantile(resampled, [0.025, 0.975])) < ROUNDING and (expected is None or patients):
        bounds = wilson(float(resampled.mean()), patients) if patients else (None, None)
        for found, bound in zip(bounds, ("low", "high")):
            check.add(found, expected[bound] if expected else None, ROUNDING, f"{where} {bound}")
        return
    if expected is None:
        check.add(float(np.quantile(resampled, 0.025)), None, ROUNDING, where)
        return
    # In shares of the resamples, so that no shape is supposed of their distribution, which has steps where patients are few.
    error = 4 * np.sqrt(0.025 * 0.975 * (1 / resamples + 1 / DRAWS))
    for share, bound in ((0.025, "low"), (0.975, "high")):
        least, found, most = np.quantile(resampled, np.clip([share - error, share, share + error], 0, 1))
        allowed = (most - found if expected[bound] > found else found - least) + ROUNDING
        check.add(found, expected[bound], allowed, f"{where} {bound}")


def trapezoid(curve, start):
    precision = np.array(curve["precision"])[start:]
    sensitivity = np.array(curve["sensitivity"])[start:]
    return float(np.sum((sensitivity[:-1] - sensitivity[1:]) * (precision[:-1] + precision[1:]) / 2))


def roc_auc(scores, labels):
    positive, negative = scores[labels == 1], scores[labels == 0]
    if len(positive) == 0 or len(negative) == 0:
        return None
    higher = (positive[:, None] > negative[None, :]).mean()
    return float(higher + (positive[:, None] == negative[None, :]).mean() / 2)


def check_maps(table, maps, resamples, checks, part):
    by_map = defaultdict(list)
    for row in table:
        by_map[row["map"]].append(row)
    draws_of = {}
    for summary in maps:
        key, of_map = summary["key"], by_map[summary["key"]]
        where = f"{part} {key}"
        patients = [row["patient"] for row in of_map]
        images = tuple(row["image"] for row in of_map)
        checks["images"].add(len(of_map), summary["images"], 0.5, where)
        if images not in draws_of:
            draws_of[images] = patient_draws(patients)
        draws = draws_of[images]
        for metric in METRICS:
            values = np.array([float(row[metric]) for row in of_map])
            checks["means"].add(values.mean(), summary["right"][metric]["value"], ROUNDING, f"{where} {metric}")
            resampled = bootstrap(values, draws)
            rate_of = len(set(patients)) if metric in RATES else None
            expected = summary["right"][metric].get("interval")
            check_interval(checks["intervals"], resampled, expected, resamples, f"{where} {metric}", rate_of)
            if of_map[0][f"control_{metric}"]:
                gains = values - np.array([float(row[f"control_{metric}"]) for row in of_map])
                gain = summary["gain"][metric]
                checks["gains"].add(gains.mean(), gain["value"], ROUNDING, f"{where} {metric}")
                check_interval(checks["gain intervals"], bootstrap(gains, draws), gain.get("interval"), resamples, f"{where} {metric}")
        area = summary["area"]
        checks["areas"].add(trapezoid(summary["curve"], 0), area["total"]["value"], ROUNDING, where)
        checks["areas"].add(trapezoid(summary["curve"], 60), area["partial"]["value"], ROUNDING, f"{where} partial")
        for p in (80, 85, 90, 95, 98):
            found, expected = summary["curve"]["iou"][p], summary["right"][f"iou{p}"]["value"]
            checks["curve at the table's percentiles"].add(found, expected, ROUNDING, f"{where} {p}")


def patient_means(table, metric):
    values = defaultdict(lambda: defaultdict(dict))
    for row in table:
        values[row["map"]][row["patient"]][row["image"]] = float(row[metric])
    return values


def mean_curves(cases, key):
    """Mean curve of each patient: precision, then sensitivity."""
    curves = defaultdict(list)
    for case in cases:
        if key in case["maps"]:
            right = case["maps"][key]["right"]
            curves[case["patient"]].append(right["precision"] + right["sensitivity"])
    return {patient: np.mean(found, axis=0) for patient, found in curves.items()}


def area_of(curves):
    half = curves.shape[-1] // 2
    precision, sensitivity = curves[..., :half], curves[..., half:]
    steps = (sensitivity[..., :-1] - sensitivity[..., 1:]) * (precision[..., :-1] + precision[..., 1:])
    return steps.sum(axis=-1) / 2


def interval_of(test):
    """Of a row of tests.csv; None where the cells are empty."""
    return {"low": float(test["low"]), "high": float(test["high"])} if test["low"] else None


def check_areas(cases, tests, seen, checks, part):
    """Patients' curves exchanged between the two maps; the area is that of the mean curve."""
    curves = {key: mean_curves(cases, key) for key in {test[side] for test in tests for side in "ab"}}
    for test in tests:
        where = f"{part} area {test['a']} {test['b']}"
        patients = sorted(set(curves[test["a"]]) & set(curves[test["b"]]))
        a, b = (np.array([curves[test[side]][patient] for patient in patients]) for side in "ab")
        difference = area_of(a.mean(axis=0)) - area_of(b.mean(axis=0))
        checks["differences"].add(difference, float(test["difference"]), ROUNDING, where)
        n = len(patients)
        weights = random.multinomial(n, np.full(n, 1 / n), size=DRAWS) / n
        expected = interval_of(test)
        resampled = area_of(weights @ a) - area_of(weights @ b)
        check_interval(checks["difference intervals"], resampled, expected, seen["resamples"], where)
        signs = random.choice(np.array([-1, 1]), size=(DRAWS, n)) / (2 * n)
        common, moved = (a + b).mean(axis=0) / 2, signs @ (a - b)
        found = np.abs(area_of(common + moved) - area_of(common - moved))
        p = (1 + np.sum(found >= abs(difference) * (1 - 1e-6) - 1e-12)) / (DRAWS + 1)
        allowed = 4 * np.sqrt(max(p, float(test["p"]), 1e-4) * (1 / 9_999 + 1 / DRAWS)) + 1 / 9_999
        checks["p-values"].add(p, float(test["p"]), allowed, where)


def sign_flip_p(differences, signs):
    """
    Share of the sign patterns whose sum is as large as the observed one, which is counted itself. In double precision, by blocks:
    differences that nearly cancel leave a sum so small that the rounding of single precision would tell a pattern from itself.
    """
    least = abs(differences.sum()) * (1 - 1e-6) - 1e-12 * np.abs(differences).sum()
    blocks = np.array_split(signs, 20)
    as_large = sum(np.sum(np.abs(block.astype(np.float64) @ differences) >= least) for block in blocks)
    return (1 + as_large) / (len(signs) + 1)


def check_tests(table, tests, seen, checks, part):
    """Sign flips of the patients' mean differences, with other random signs than the report's."""
    for metric in sorted({test["metric"] for test in tests} - {"total"}):
        values = patient_means(table, metric)
        chosen = [test for test in tests if test["metric"] == metric]
        signs_of = {}
        for test in chosen:
            a, b, where = values[test["a"]], values[test["b"]], f"{part} {metric} {test['a']} {test['b']}"
            differences = []
            for patient in a:
                both = [image for image in a[patient] if image in b.get(patient, {})]
                if both:
                    differences.append(np.mean([a[patient][image] - b[patient][image] for image in both]))
            differences = np.array(differences)
            checks["differences"].add(differences.mean(), float(test["difference"]), ROUNDING, where)
            if part != "all pairs":  # which have no intervals
                draws = random.multinomial(len(differences), np.full(len(differences), 1 / len(differences)), size=DRAWS)
                resampled = bootstrap(differences, draws.astype(float))
                check_interval(checks["difference intervals"], resampled, interval_of(test), seen["resamples"], where)
            n = len(differences)
            if n not in signs_of:
                signs_of[n] = random.choice(np.array([-1, 1], dtype=np.int8), size=(FLIPS, n))
            p = sign_flip_p(differences, signs_of[n])
            rounds = 9_999 if part == "all pairs" else 99_999
            expected = float(test["p"])
            allowed = 4 * np.sqrt(max(p, expected, 1e-4) * (1 / rounds + 1 / FLIPS)) + 1 / rounds
            checks["p-values"].add(p, expected, allowed, where)


def check_holm(tests, checks, part):
    for metric in sorted({test["metric"] for test in tests}):
        order = sorted((test for test in tests if test["metric"] == metric), key=lambda test: float(test["p"]))
        largest = 0.0
        for rank, test in enumerate(order):
            largest = max(largest, min(1.0, (len(order) - rank) * float(test["p"])))
            checks["Holm"].add(largest, float(test["p_holm"]), ROUNDING, f"{part} {metric} {test['b']}")


def check_images(table, results, checks):
    point = results["provenance"]["model"]["operatingPoint"]
    labels = np.array([int(row["label"]) for row in table])
    scores = np.array([float(row["score"]) for row in table])
    overall = results["classifier"][0]
    auc = overall.get("auc")
    checks["classifier"].add(roc_auc(scores, labels), auc and auc["value"], ROUNDING, "AUC")
    called = scores > point
    patients = np.array([row["patient"] for row in table])
    for label, figure in ((1, "sensitivity"), (0, "specificity")):
        kept = labels == label
        if kept.any() and "intervals" in overall:
            resampled = bootstrap((called == label)[kept].astype(float), patient_draws(patients[kept]))
            expected, count = overall["intervals"].get(figure), len(set(patients[kept]))
            resamples = results["provenance"]["options"]["resamples"]
            check_interval(checks["intervals"], resampled, expected, resamples, figure, count)
    if (labels == 1).any():
        checks["classifier"].add(called[labels == 1].mean(), overall["sensitivity"], ROUNDING, "sensitivity")
    if (labels == 0).any():
        checks["classifier"].add(1 - called[labels == 0].mean(), overall["specificity"], ROUNDING, "specificity")
    readers = {"read by radiologists": "radiologist", "text labels": "text", "reader unknown": ""}
    reader_of = np.array([row.get("reader", "") for row in table])
    for group in results["classifier"]:
        if group["group"] not in readers:
            continue
        kept = reader_of == readers[group["group"]]
        auc = group.get("auc")
        checks["classifier"].add(roc_auc(scores[kept], labels[kept]), auc and auc["value"], ROUNDING, f"AUC {group['group']}")
        for label, figure in ((1, "sensitivity"), (0, "specificity")):
            right = (called == label)[kept & (labels == label)]
            checks["classifier"].add(right.mean() if len(right) else None, group.get(figure), ROUNDING, f"{figure} {group['group']}")
    for generator in results["generators"]:
        name = generator["id"]
        column = lambda end: [number(row[f"{name}_{end}"]) for row in table]
        adversarial = np.array(column("score_adversarial"))
        for group, rates in generator.get("readers", {}).items():
            kept = reader_of == readers[group]
            found = ((adversarial > point) != called)[kept].mean()
            checks["generators"].add(found, rates["flip"], ROUNDING, f"{name} flip {group}")
        checks["generators"].add(((adversarial > point) != called).mean(), generator["flip"], ROUNDING, f"{name} flip")
        auc = generator.get("aucAdversarial")
        checks["generators"].add(roc_auc(1 - adversarial, called.astype(int)), auc and auc["value"], ROUNDING, f"{name} AUC x_a")
        if generator.get("hold") is not None:
            similar = np.array(column("score_similar"))
            checks["generators"].add(((similar > point) == called).mean(), generator["hold"], ROUNDING, f"{name} hold")
        for figure in ("psnr", "ssim"):
            for pair, end in (("originalSimilar", "x_xs"), ("originalAdversarial", "x_xa"), ("similarAdversarial", "xs_xa")):
                finite = [value for value in column(f"{figure}_{end}") if value is not None]
                expected = generator[figure].get(pair, {}).get("mean")
                found = float(np.mean(finite)) if finite else None
                checks["generators"].add(found, expected, ROUNDING * max(1, expected or 1), f"{name} {figure} {end}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    maps, tests, images = rows(folder, "maps.csv"), rows(folder, "tests.csv"), rows(folder, "images.csv")
    with open(folder / "cases.jsonl", encoding="utf-8") as file:
        cases = [json.loads(line) for line in list(file)[1:]]
    seen = {"resamples": results["provenance"]["options"]["resamples"]}
    names = ["images", "means", "intervals", "gains", "gain intervals", "areas", "curve at the table's percentiles"]
    names += ["differences", "difference intervals", "p-values", "Holm", "classifier", "generators"]
    checks = {name: Check(name) for name in names}
    check_maps(maps, results["maps"], seen["resamples"], checks, "all")
    subset = [row for row in maps if row["in_subset"] == "1"]
    if results.get("subset"):
        check_maps(subset, results["subset"]["maps"], seen["resamples"], checks, "subset")
    for part in sorted({test["list"] for test in tests}):
        of_part = [test for test in tests if test["list"] == part]
        if part.endswith("without failed maps"):
            for test in of_part:
                failed = {row["image"] for row in maps if row["failure"] and row["map"] in (test["a"], test["b"])}
                whole = [row for row in maps if row["image"] not in failed]
                check_tests(whole, [test], seen, checks, part)
                if test["metric"] == "total":
                    check_areas([case for case in cases if case["id"] not in failed], [test], seen, checks, part)
            check_holm(of_part, checks, part)
            continue
        of_subset = part.endswith("subset")
        check_tests(subset if of_subset else maps, of_part, seen, checks, part)
        chosen = {row["image"] for row in subset}
        areas = [test for test in of_part if test["metric"] == "total"]
        check_areas([case for case in cases if not of_subset or case["id"] in chosen], areas, seen, checks, part)
        check_holm(of_part, checks, part)
    check_images(images, results, checks)
    print(f"{'':34}{'compared':>9}{'largest difference':>20}{'of allowed':>12}")
    for check in checks.values():
        print(f"{check.name:34}{check.count:9}{check.worst:20.2e}{check.share:12.2f}  {check.where}")
    wrong = [check.name for check in checks.values() if check.share > 1]
    if wrong:
        sys.exit(f"Not confirmed: {', '.join(wrong)}.")
    print("Confirmed.")


if __name__ == "__main__":
    main()
