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
        check = {"seg": segmentation, "pm": parametric_map, "sc": capture, "sr": report}[kind]
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


def walk(item):
    for child in item.get("ContentSequence", []):
        yield child
        yield from walk(child)


{"derive": derive, "read": read}[sys.argv[1]](*sys.argv[2:])
