"""Checks of result objects by pydicom, for scripts/check-results.mjs.

derive FILE FOLDER   writes a copy of a radiograph with a Frame of Reference, and one of three frames
read OUT NAME        reads the objects that explain run wrote for a file, and prints what was found as JSON
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


def read(out, name):
    folder = Path(out)
    truth = json.loads((folder / f"{name}.json").read_text())
    values = np.load(folder / f"{name}.map.npy")
    found = {}
    for file in sorted(folder.glob(f"{name}.*.dcm")):
        kind = file.name[len(name) + 1 : -4]
        dataset = pydicom.dcmread(file)
        check = {"seg": segmentation, "pm": parametric_map, "sc": capture, "sr": report, "answer": answer, "reading": reading}[kind]
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


def capture(dataset, values, _truth):
    rows, columns, samples = dataset.pixel_array.shape
    return f"{columns} x {rows}, {samples} samples"


def report(dataset, _values, truth):
    items = list(walk(dataset))
    named = lambda code: [i for i in items if "ConceptNameCodeSequence" in i and i.ConceptNameCodeSequence[0].CodeValue == code]
    score = named("score")[0].MeasuredValueSequence[0].FloatingPointValue
    cautions = [item.TextValue for item in named("caution")]
    if cautions != truth["cautions"]:
        return f"cautions differ: {cautions}"
    return f"score differs by {abs(score - truth['decision']['score']):g}, {len(cautions)} cautions"


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
