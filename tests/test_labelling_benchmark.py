"""The table of what a labelling takes."""

import pandas as pd
from label_images import images_of, known, proposals_by
from labelled import dataset_of

from benchmarks.labelling import images_of as images_of_dataset
from benchmarks.labelling import markdown, row


def test_images_are_numbered_with_what_is_true_of_them() -> None:
    images, truth = images_of_dataset(dataset_of("aab", "c"))
    assert [known.photograph for known in truth] == ["a", "a", "b", "c"]
    assert [len(own) for own in images.of_query.values()] == [3, 1]


def test_orders_of_drawing_are_averaged() -> None:
    images = images_of(4)
    proposals = proposals_by(images, lambda a, b: 0.1 if b < 2 else 2.0)
    rows = [row("news 0", images, known("aabb"), proposals, seed) for seed in range(3)]
    assert {(x["all_pairs"], x["true"], x["wrong"], x["missed"]) for x in rows} == {(6, 2, 0, 0)}
    heading, _, line = markdown(pd.DataFrame(rows)).splitlines()
    cells = dict(
        zip(*([x.strip() for x in y.split("|")[1:-1]] for y in (heading, line)), strict=True)
    )
    assert cells["all pairs"] == "6"
    assert cells["missed"] == "0.0 of 2"
