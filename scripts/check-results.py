"""Checks of result objects by pydicom, for scripts/check-results.mjs.

derive FILE FOLDER   writes a copy of a radiograph with a Frame of Reference, and one of three frames
read OUT NAME SOURCE reads the objects that explain run wrote for a file, and prints what was found as JSON
"""
import json
import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import encapsulate, generate_pixel_data_frame
from pydicom.uid import generate_uid, UID

MultiFrameGrayscaleWordSecondaryCapture = UID("1.2.840.10008.5.1.4.1.1.7.3")


def derive(file, folder):
    for name, change in {"with-frame-of-reference": place, "three-frames": repeat}.items():
        dataset = pydicom.dcmread(file)
        change(dataset)
        dataset.SOPInstanceUID = generate_uid(entropy_srcs=[dataset.SOPInstanceUID, name])
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(Path(folder) / f"{name}.dcm", write_like_original=False)


def place(dataset):
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame of reference"])
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    dataset.ImagePositionPatient = [-200.5, 0, 180]
    dataset.PixelSpacing = [0.25, 0.25]


def repeat(dataset):
    dataset.NumberOfFrames = 3
    # CR and DX know no frames; this class does.
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MultiFrameGrayscaleWordSecondaryCapture
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        (frame,) = generate_pixel_data_frame(dataset.PixelData, 1)
        dataset.PixelData = encapsulate([frame] * 3)
    else:
        dataset.PixelData *= 3


def read(out, name, source):
    folder = Path(out)
    truth = json.loads((folder / f"{name}.json").read_text())
    spacing = pydicom.dcmread(source, stop_before_pixels=True).get("PixelSpacing")
    truth["areaOfPixel"] = float(spacing[0]) * float(spacing[1]) if spacing else None
    values = np.load(folder / f"{name}.map.npy")
    found = {}
    for file in sorted(folder.glob(f"{name}.*.dcm")):
        kind = file.name[len(name) + 1 : -4]
        dataset = pydicom.dcmread(file)
        check = {
            "seg": segmentation,
            "pm": parametric_map,
            "sc": capture,
            "fseg": fractional,
            "gsps": presentation_state,
            "sbs": capture,
            "xa": generated,
            "sr": report,
            "answer": answer,
            "reading": reading,
        }[kind]
        found[kind] = {
            "read": check(dataset, values, truth),
            "frames": sorted({str(e.value) for e in dataset.iterall() if e.keyword == "ReferencedFrameNumber"}),
            "ofReference": "FrameOfReferenceUID" in dataset,
        }
    print(json.dumps(found))


def segmentation(dataset, values, _truth):
    """Whether each band, with those above it, is where the map is largest: no pixel outside exceeds one inside."""
    pixels = dataset.pixel_array
    if dataset.SegmentationType == "LABELMAP":
        bands = [pixels == number for number in range(1, len(dataset.SegmentSequence) + 1)]
    else:
        bands = list(pixels.astype(bool).reshape(-1, *values.shape))
    if sum(band.astype(int) for band in bands).max() > 1:
        return "bands overlap"
    texts = []
    for number in range(len(bands)):
        inside = np.any(bands[number:], axis=0)
        if values[inside].min() < values[~inside].max():
            return "holds pixels that are not the map's largest"
        texts.append(f"{100 * inside.mean():.2f} %")
    return "largest " + ", ".join(texts) + " of the pixels"


def parametric_map(dataset, values, _truth):
    return f"largest difference {np.abs(dataset.pixel_array.astype(np.float64) - values).max():g}"


def fractional(dataset, values, _truth):
    """Whether the pixels are the map in steps of its largest value."""
    shares = dataset.pixel_array / dataset.MaximumFractionalValue
    worst = np.abs(shares - values / values.max()).max()
    if worst > 0.5 / 255 + 1e-6:
        return f"is not the map: off by {worst:g}"
    return f"{dataset.SegmentationFractionalType}, off by at most {worst:.4f} of the largest value"


def inside(outline, shape):
    """Pixels whose centres lie within a closed outline of columns and rows, by the even-odd rule."""
    points = np.array(outline, dtype=np.float64).reshape(-1, 2)
    if not np.array_equal(points[0], points[-1]):
        raise ValueError("the outline is not closed")
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    result = np.zeros(shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if y0 == y1:
            continue
        low, high = sorted((y0, y1))
        first, last = int(np.ceil(low - 0.5)), int(np.ceil(high - 0.5))
        part = slice(max(first, 0), max(last, 0))
        result[part] ^= columns[part] > x0 + (rows[part] - y0) * (x1 - x0) / (y1 - y0)
    return result


def presentation_state(dataset, values, _truth):
    drawn = dataset.GraphicAnnotationSequence[0].GraphicObjectSequence
    counts = [int(inside(item.GraphicData, values.shape).sum()) for item in drawn]
    text = dataset.GraphicAnnotationSequence[0].TextObjectSequence[0].UnformattedTextValue
    if not text.startswith("AI - research use only"):
        return "has not the notice"
    return f"{len(drawn)} outlines, the largest around {max(counts)} pixels"


def generated(dataset, values, truth):
    if list(dataset.ImageType) != ["DERIVED", "SECONDARY"] or dataset.get((0x0008, 0x001C)).value != "YES":
        return "is not marked as generated in its header"
    return f"{capture(dataset, values, truth)}, marked as generated"


def capture(dataset, values, _truth):
    rows, columns, samples = dataset.pixel_array.shape
    return f"{columns} x {rows}, {samples} samples"


def report(dataset, values, truth):
    items = list(walk(dataset))
    named = lambda code: [i for i in items if "ConceptNameCodeSequence" in i and i.ConceptNameCodeSequence[0].CodeValue == code]
    score = named("score")[0].MeasuredValueSequence[0].FloatingPointValue
    cautions = [item.TextValue for item in named("caution")]
    if cautions != truth["cautions"]:
        return f"cautions differ: {cautions}"
    decision = named("decision")[0].ConceptCodeSequence[0].CodeMeaning
    figures = f"score differs by {abs(score - truth['decision']['score']):g}, {decision}, {len(cautions)} cautions"
    worst_area, worst_mean, regions = regions_of(values, named, truth["areaOfPixel"])
    if decision == "Negative":
        drawn = regions + len(named("111030"))
        return f"{figures}, {drawn} places drawn although nothing was found" if drawn else f"{figures}, no outline"
    # An outline of very many corners is simplified.
    if max(worst_area, worst_mean) > 0.05:
        return f"areas or means differ: {worst_area:.1%}, {worst_mean:.1%}"
    return (
        f"{figures}, {regions} outlines: "
        f"area off by at most {worst_area:.1%}, mean by {worst_mean:.1%}"
    )


def regions_of(values, named, area_of_pixel):
    """Area and mean of each outlined region as the report has them, against the pixels within its outline."""
    areas, means, count = [0], [0], 0
    for group in named("125007"):
        items = list(walk(group))
        outline = next((i for i in items if i.ValueType == "SCOORD" and i.GraphicType == "POLYLINE"), None)
        if outline is None:
            continue
        within = inside(outline.GraphicData, values.shape)
        value = {i.ConceptNameCodeSequence[0].CodeValue: i.MeasuredValueSequence[0] for i in items if i.ValueType == "NUM"}
        area = value["mask-area"]
        unit = area.MeasurementUnitsCodeSequence[0].CodeValue
        of_pixel = {"{pixels}": 1, "mm2": area_of_pixel}[unit]
        mean = next(v for code, v in value.items() if code in ("130404", "130403"))
        areas.append(abs(area.FloatingPointValue / (of_pixel * within.sum()) - 1))
        means.append(abs(mean.FloatingPointValue / values[within].mean() - 1))
        count += 1
    return max(areas), max(means), count


OUTLINE = [20, 30, 120.5, 30, 120.5, 200, 20, 200, 20, 30]


def named(items, code):
    return [i for i in items if "ConceptNameCodeSequence" in i and i.ConceptNameCodeSequence[0].CodeValue == code]


def answer(dataset, _values, _truth):
    """An answer that disagrees, with a mark, attested: see scripts/reader-reports.ts."""
    items = list(walk(dataset))
    [observer] = dataset.VerifyingObserverSequence
    verdict = named(items, "reader-answer")[0].ConceptCodeSequence[0]
    referenced = named(items, "130401")[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    listed = [
        sop.ReferencedSOPInstanceUID
        for study in dataset.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for sop in series.ReferencedSOPSequence
    ]
    region = named(items, "111030")[0]
    checks = {
        "verification": (dataset.VerificationFlag, str(observer.VerifyingObserverName)) == ("VERIFIED", "Doe^Jane"),
        "time": observer.VerificationDateTime == "20260131120059",
        "verdict": (verdict.CodeValue, verdict.CodingSchemeDesignator) == ("122776", "DCM"),
        "note": named(items, "121106")[0].TextValue == "lower, behind the heart\nsecond line",
        "map": referenced in listed,
        "mark": region.GraphicType == "POLYLINE" and list(region.GraphicData) == OUTLINE,
    }
    return told("answer with mark, VERIFIED", checks)


def reading(dataset, _values, _truth):
    items = list(walk(dataset))
    value = lambda code: named(items, code)[0].MeasuredValueSequence[0].FloatingPointValue
    checks = {
        "reader": (str(named(items, "121008")[0].PersonName), named(items, "128775")[0].TextValue) == ("r1", "r1"),
        "figures": (value("rating"), value("reading-time")) == (4, 12.345),
        "box": list(named(items, "111030")[0].GraphicData) == OUTLINE,
        "text": json.loads(named(items, "reading")[0].TextValue) == {"key": "aided/c7", "rating": 4},
        "verification": dataset.VerificationFlag == "UNVERIFIED",
    }
    return told("reading with a box, UNVERIFIED", checks)


def told(what, checks):
    wrong = [name for name, holds in checks.items() if not holds]
    return f"{what}, differ: {', '.join(wrong)}" if wrong else what


def walk(item):
    for child in item.get("ContentSequence", []):
        yield child
        yield from walk(child)


{"derive": derive, "read": read}[sys.argv[1]](*sys.argv[2:])
