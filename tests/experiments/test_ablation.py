"""The ablation leaves out each part of `verified`, one at a time."""

from dataclasses import fields

from configuration import build_methods
from hydra_app import compose

from dupeval.distance.local.verified import Verified


def test_every_switch_is_left_out_once() -> None:
    config = compose("table1", ["experiment=ablation", "dataset.draw=3"])
    methods = build_methods(config)
    switches = [field.name for field in fields(Verified) if field.type in (bool, "bool")]
    assert next(iter(methods)) == config.reference == "verified"
    off = {}
    for name, method in methods.items():
        score = method.score  # type: ignore[attr-defined]
        off[name] = [switch for switch in switches if not getattr(score, switch)]
    assert off == {"verified": []} | {f"verified_without_{switch}": [switch] for switch in switches}
    assert {*methods} == {*config.blocks["factors of verified"]}
    assert list(config.protocols) == ["nested", "fixed"]
