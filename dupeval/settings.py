"""Settings of methods, as configurations and stored runs hold them, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# They change where and how fast a method works, never what it answers.
OF_THE_MACHINE = frozenset(
    {"_target_", "weights_dir", "device", "batch_size", "time_limit_s", "repeats"}
)


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by dotted names, without those that change no answer."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= flat_settings(value, f"{prefix}{key}.")
        elif key not in OF_THE_MACHINE:
            flat[f"{prefix}{key}"] = value
    return flat
