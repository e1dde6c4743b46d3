"""What is said of a calibration."""

from typing import Any

from dupeval.deployment.file import Calibration
from dupeval.deployment.sentences import lines, promised, wish_sentence

GROUPS = {"value": 1.0, "low": 0.914, "high": 1.0, "over": "groups", "n": 41, "n_good": 41}


def test_one_sentence_answers_which_threshold_to_deploy(known: dict[str, Any]) -> None:
    assert next(lines(Calibration(**known))) == (
        "Deploy verified at 0.48: expect precision 0.980 [0.950, 1] and recall 0.900 [0.800, 1] on "
        "images like these (nested over 9 queries)."
    )


def test_settings_folds_and_groups_are_named(known: dict[str, Any]) -> None:
    known |= {"settings": {"layer": "gap", "whiten": True}, "threshold": None, "n_folds": 10}
    known |= {"method": "vgg_pca", "precision": GROUPS, "n_alike": 8}
    known["sample"] = {**known["sample"], "n_queries": 1}
    first, second, *_ = lines(Calibration(**known))
    assert first == (
        "Deploy vgg_pca with layer=gap, whiten=True: expect precision 1 (41 of 41 claimed groups "
        "without a mistake: [0.914, 1]) and recall 0.900 [0.800, 1] on images like these (nested "
        "over 10 folds of the photographs of one query)."
    )
    assert second.startswith("In 2 of 10 folds another method or other settings were chosen")


def test_whether_a_wish_is_shown_is_said(known: dict[str, Any]) -> None:
    def said(**others: Any) -> str | None:
        return wish_sentence(Calibration(**{**known, "wish": {"precision": 0.95}, **others}))

    assert wish_sentence(Calibration(**known)) is None
    assert said(shown=True, n_needed=0, least_precision=0.957) == (
        "Precision 0.95 is shown: with 95 % confidence it is at least 0.957."
    )
    assert said(shown=False, n_needed=19) == (
        "This sample cannot show precision 0.95: with 95 % confidence it is at least 0.940; it "
        "takes 19 more claimed groups without a mistake besides the 40 here."
    )
    assert said(shown=False).endswith("its queries, or groups with mistakes, are against it.")


def test_what_was_left_out_is_told(known: dict[str, Any]) -> None:
    known["left_out"] = {"vgg": "torch is not installed"}
    assert list(lines(Calibration(**known)))[-2:] == [
        *("tried: verified", "left out: vgg: torch is not installed"),
    ]


def test_a_grouping_says_what_was_promised(known: dict[str, Any]) -> None:
    known |= {"wish": {"precision": 0.95}, "shown": False}
    text = promised(Calibration(**known), "mine.json")
    assert text.startswith("calibrated by mine.json on sample: expect precision 0.980 [0.950, 1]")
    assert text.endswith("; precision 0.95 was not shown")
