"""What ``--help`` prints: what a program does, examples, and what can be chosen, from conf/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

CONF_DIR = Path(__file__).resolve().parent.parent / "conf"
ASKED = {"--help", "-h"}
WIDTH = 100
# In this order; a group that a program does not compose is not listed.
GROUPS = ("dataset", "method", "protocol", "metric", "figure", "experiment")
_SETTING = re.compile(r"(?P<name>[a-z]\w*): (?P<value>.*?)(?:\s+# (?P<meaning>.*))?")
# What is chosen or composed, and no value of its own.
_NO_SETTINGS = {"program"}


def help_page(program: str, about: str) -> str:
    """Return the help of a program.

    Parameters
    ----------
    program : str
        Its name: that of its file, and of its configuration in ``conf/``.
    about : str
        What it does, and examples: the documentation of its module.
    """
    texts = [(CONF_DIR / f"{name}.yaml").read_text("utf-8") for name in (program, "config")]
    composed = "\n".join(text.partition("\n\n")[0] for text in texts)
    groups = [name for name in GROUPS if re.search(rf"\b{name}:", composed)]
    parts = [
        about.strip(),
        "Choices: GROUP=NAME; of methods, protocols, metrics and figures also 'GROUP=[NAME,NAME]'",
        *("\n".join([f"{name}:", *_options(name)]) for name in groups),
        "Settings (NAME=VALUE), with their defaults:\n" + "\n".join(_settings(texts)),
        "--cfg job shows all settings, --hydra-help what Hydra can do; --multirun runs every\n"
        "combination of values with commas. More: docs/running.md",
    ]
    return "\n\n".join(parts)


def _options(group: str) -> Iterator[str]:
    paths = sorted((CONF_DIR / group).glob("*.yaml"))
    width = max(len(path.stem) for path in paths)
    for path in paths:
        yield _in_a_line(f"  {path.stem:{width}}  {_first_comment(path)}")


def _first_comment(path: Path) -> str:
    """Return the sentence that a file of the configuration begins with."""
    comments = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# @package"):
            continue
        if not line.startswith("# "):
            break
        comments.append(line[2:])
    text = " ".join(comments)
    return re.split(r"(?<=[^ ][.;:]) ", text)[0].rstrip(".;:")


def _settings(texts: list[str]) -> Iterator[str]:
    """Return the settings that stand at the outermost level, with what is said of them."""
    seen = set(_NO_SETTINGS)
    for text in texts:
        for line in text.splitlines():
            found = _SETTING.fullmatch(line)
            if found and found["name"] not in seen:
                seen.add(found["name"])
                setting = f"  {found['name']}={found['value']}"
                meaning = found["meaning"] or ""
                yield _in_a_line(f"{setting:34} {meaning}")


def _in_a_line(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4].rpartition(' ')[0]} ..."
