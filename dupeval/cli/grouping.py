"""What ``dupeval group`` does: find, group, write, say."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dupeval.cli.methods import method_named
from dupeval.cli.summary import say
from dupeval.distance.workers import RayCluster
from dupeval.errors import SettingsError
from dupeval.grouping.default import NAME
from dupeval.grouping.finding import Found, find, find_listed
from dupeval.grouping.keeping import Keep
from dupeval.grouping.plans import Form
from dupeval.grouping.running import Chosen, default_cache, group_images
from dupeval.grouping.writing import check_out, write
from dupeval.method import Method, Resources
from dupeval.method.pairs import PairMethod

STDIN = "-"


def run(
    *,
    sources: Sequence[str],
    method: str | None,
    threshold: float | None,
    calibration: Path | None,
    recursive: bool,
    out: Path,
    keep: Keep,
    plan: Path | None,
    form: Form | None,
    against: Sequence[str],
    column: str,
    cache: Path | None,
    ray: str | None,
    progress: bool,
) -> None:
    """Group images and tell of it; see `dupeval.cli.group.group`."""
    cache_dir = cache or default_cache()
    chosen = _chosen(method, threshold, calibration, keep, cache_dir)
    references = find(against, recursive, column) if against else None
    found = _found(sources, recursive, column)
    folders = [*found.folders, *(references.folders if references else ())]
    check_out(out, plan, form, folders)
    workers = None if ray is None else _cluster(ray, chosen)
    resources = Resources(cache_dir, progress, workers=workers)
    grouping = group_images(found, references, chosen, resources)
    written = write(grouping, out, plan, form)
    say(grouping, found, written)


def _chosen(
    method: str | None,
    threshold: float | None,
    calibration: Path | None,
    keep: Keep,
    cache_dir: Path,
) -> Chosen:
    if calibration is None:
        name = method or NAME
        return Chosen(name, method_named(name, cache_dir), threshold, keep)
    from dupeval.deployment.using import chosen_by  # noqa: PLC0415  (most runs have none)

    def named(name: str) -> Method:
        return method_named(name, cache_dir)

    return chosen_by(calibration, named, method, threshold, keep)


def _cluster(address: str, chosen: Chosen) -> RayCluster:
    if not isinstance(chosen.method, PairMethod):
        raise SettingsError(
            f"{chosen.name} compares no pairs, which is what --ray gives away; possible: verified"
        )
    return RayCluster(address)


def _found(sources: Sequence[str], recursive: bool, column: str) -> Found:
    if STDIN not in sources:
        return find(sources, recursive, column)
    if list(sources) != [STDIN]:
        raise SettingsError("- reads all paths from standard input; possible: - alone")
    if sys.stdin is None or sys.stdin.isatty():
        raise SettingsError(
            "- reads paths from a pipe, and here is a terminal; possible: find ... |"
        )
    content = sys.stdin.buffer.read()
    parted = content.split(b"\0") if b"\0" in content else content.splitlines()
    return find_listed([os.fsdecode(path) for path in parted if path], recursive)
