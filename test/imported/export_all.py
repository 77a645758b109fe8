"""Exports several state dicts as the exporter's command line would, in one interpreter: importing torch takes seconds.

Usage: export_all.py JOBS, a JSON list of {"folder", "size", "network": [kind, channels, classes, width]} for a network of
torch_resnet.py, or {"folder", "size", "zeros": {key: shape}} for a state dict that is none. Prints a JSON list: why the
exporter ended, or "".
"""

import contextlib
import io
import json
import runpy
import sys

import torch
import torch_resnet


def export(folder, size):
    sys.argv = ["export-pytorch.py", f"{folder}/state.pt", "--out", f"{folder}/tfjs", "--size", str(size)]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path("scripts/export-pytorch.py", run_name="__main__")
    except SystemExit as end:
        return str(end.code)
    return ""


def run(job):
    folder, size = job["folder"], job["size"]
    if "network" in job:
        kind, channels, classes, width = job["network"]
        torch_resnet.main(folder, kind, channels, classes, size, width)
    else:
        torch.save({key: torch.zeros(shape) for key, shape in job["zeros"].items()}, f"{folder}/state.pt")
    return export(folder, size)


print(json.dumps([run(job) for job in json.loads(sys.argv[1])]))
