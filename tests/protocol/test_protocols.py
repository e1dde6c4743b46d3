"""What protocols say of themselves is there for tables, figures and reports."""

from pathlib import Path

import pytest
from configuration import build_protocols
from hydra_app import compose

NAMES = sorted(path.stem for path in Path(__file__).parents[2].glob("conf/protocol/*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_title_a_caption_and_an_explanation(name: str) -> None:
    for protocol in build_protocols(compose("run", [f"protocol={name}"])).values():
        said = protocol.description
        assert set(said) == {"title", "caption", "explanation", "honest"}
        assert said["explanation"].endswith(".")
        assert len(said["caption"]) < 40


def test_those_are_honest_that_choose_on_other_queries() -> None:
    protocols = build_protocols(compose("run", ["protocol=[nested,loqo,fixed,oracle,shared]"]))
    honest = [name for name, protocol in protocols.items() if protocol.honest]
    assert honest == ["nested", "loqo"]
