"""What a run was made of: configuration, dataset, weights, versions, host."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from dupeval import __version__
from dupeval.dataset import Dataset
from dupeval.timing import peak_memory_mb
from dupeval.versions import version

LIBRARIES = (
    *("filelock", "hydra-core", "joblib", "matplotlib", "numpy", "onnx", "pandas", "pillow"),
    *("pyarrow", "pydantic", "safetensors", "scikit-learn", "scipy", "torch", "torchvision"),
)


def describe_part(
    configuration: Mapping[str, Any],
    dataset: Dataset,
    methods: Mapping[str, Mapping[str, Any]],
    protocols: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what ``run.json`` says of methods and protocols on one dataset.

    Parameters
    ----------
    configuration : mapping
        Resolved, as JSON values.
    dataset : Dataset
    methods : mapping
        What each is made of: weights hash, preprocessing, versions; see `Method.description`.
    protocols : mapping
        What each says of itself; see `Protocol.description`.
    """
    return {
        "configuration": dict(configuration),
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "queries": len(dataset.queries),
            "images": len(dataset.images),
            "unlabelled": dataset.n_unlabelled,
            "true_pairs": sum(query.n_true_pairs for query in dataset.queries),
            "scene_pairs": sum(query.n_scene_pairs for query in dataset.queries),
        },
        "methods": {name: dict(description) for name, description in methods.items()},
        "protocols": {name: dict(description) for name, description in protocols.items()},
    }


def describe_run(parts: Sequence[Mapping[str, Any]], outputs: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of ``run.json``.

    Parameters
    ----------
    parts : sequence of mapping
        What `describe_part` says of each, at least one.
    outputs : mapping of str to str
        The SHA-256 of each file written beside it.
    """
    return {
        "dupeval": __version__,
        "seed": parts[0]["configuration"]["seed"],
        "parts": [dict(part) for part in parts],
        "versions": {"python": platform.python_version(), **{n: version(n) for n in LIBRARIES}},
        "host": {
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
        },
        "peak_memory_mb": peak_memory_mb(),
        "outputs": dict(outputs),
    }
