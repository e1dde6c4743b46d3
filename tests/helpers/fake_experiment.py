"""Experiments of one's own: a command line that chooses one names no method."""

from pathlib import Path


def experiment(folder: Path, *methods: str) -> list[str]:
    """Write an experiment, and return what runs it; `command` is a program that nobody has."""
    path = folder / "conf" / "experiment" / "own.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    method = f"defaults:\n  - override /method: [{', '.join(methods)}]\n"
    tool = "methods:\n  command:\n    tool: {arguments: [no-such-program], hint: apt install it}\n"
    path.write_text(f"# @package _global_\n{method}{tool}", encoding="utf-8")
    return [f"hydra.searchpath=[file://{folder / 'conf'}]", "experiment=own"]
