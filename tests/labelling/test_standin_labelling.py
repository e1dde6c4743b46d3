"""The stand-in's images labelled from nothing, by somebody who knows the true labels."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_chromium import in_a_browser
from label_keys import answer, answers, heading, wait
from label_page import Served, served, session_of
from selenium import webdriver

from benchmarks.labelling import images_of
from benchmarks.labelling import proposals_of as proposals_of_dataset
from dupeval.cli.labelling import proposals_of
from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.dataset.standin import read_standin
from dupeval.labelling.images import Images
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals
from dupeval.labelling.simulation import Known, judged, simulate, true_reply
from dupeval.labelling.source import read_source
from dupeval.method import Resources

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache"
LEVELS = ("news", "wild")
# An answer is one key press, or one accepted group.
MOST_ANSWERS = 400


def read(level: str) -> Dataset:
    return read_standin(
        ROOT / "data" / f"standin-{level}-0", CACHE / "checked", level=level, draw=0
    )


def truth_of(dataset: Dataset, images: Images) -> list[Known]:
    known = {
        (query.slug, image.sha256): Known(label.photograph, label.scene)
        for query in dataset.queries
        for image, label in query.with_labels
    }
    return [known[shown.key] for shown in images.all]


@pytest.mark.parametrize("level", LEVELS)
def test_takes_fewer_than_400_answers_to_the_pages_own_end_and_nothing_is_wrong(level: str) -> None:
    dataset = read(level)
    images, truth = images_of(dataset)
    proposals = proposals_of_dataset("verified", dataset, images)
    result = simulate(Labels(images, "0"), proposals, truth)
    assert result.n_pairs == 1710
    assert result.n_answers < MOST_ANSWERS
    assert (result.n_wrong, result.n_missed) == (0, 0)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """Give the page of news 0 without its labels."""
    root = tmp_path / "mine"
    shutil.copytree(ROOT / "data" / "standin-news-0" / "images", root / "images")
    shutil.copy(ROOT / "data" / "standin-news-0" / "queries.csv", root)
    source = read_source(root, CACHE)

    def propose(name: str, images: Images) -> Proposals:
        return proposals_of(name, images, source, Resources(CACHE))

    out = tmp_path / "out"
    with session_of(root, out, CACHE, propose, "verified") as session, served(session) as it:
        yield it


def test_through_the_pages_protocol(page: Served, tmp_path: Path) -> None:
    dataset = read("news")
    session = page.session
    truth = truth_of(dataset, session.images)
    told = page.state()
    n_keys = 0
    while told["question"] is not None:
        question = session.question
        assert question is not None
        assert question.key == told["question"]["key"]
        reply = true_reply(question, truth)
        n_keys += 1 if question.asked in ("pair", "check") else 1 + len(reply.chosen)
        said = {"said": reply.said, "chosen": list(reply.chosen)}
        told = page.post("/answer", question=question.key, **said)
        assert told["status"] == 200
        assert "conflict" not in told
    assert told["finished"]
    assert told["progress"]["answers"] == n_keys < MOST_ANSWERS
    result = judged(session.labels, truth)
    assert (result.n_wrong, result.n_missed) == (0, 0)
    # What was written is a dataset whose labels are the true ones.
    for name in ("labels.csv", "pairs.csv"):
        shutil.copy(tmp_path / "out" / name, tmp_path / "mine" / name)
    for labelled, true in zip(read_folder(tmp_path / "mine").queries, dataset.queries, strict=True):
        of = dict(zip((image.name for image in labelled.images), labelled.photographs, strict=True))
        pairs = {(of[image.name], label.photograph) for image, label in true.with_labels}
        assert len(pairs) == len(set(of.values())) == len(set(true.photographs))


@in_a_browser
def test_by_keys_alone_in_a_browser(page: Served, chromium: webdriver.Chrome) -> None:
    truth = truth_of(read("news"), page.session.images)
    chromium.get(page.address)
    wait(chromium, lambda: heading(chromium) not in ("", "Loading"))
    kinds = set()
    while page.session.question is not None:
        kinds.add(page.session.question.asked)
        answer(chromium, page.session, truth)
    assert kinds == {"group", "pair", "look", "check"}
    wait(chromium, lambda: heading(chromium) == "Enough is answered")
    assert answers(chromium) == page.session.labels.n_keys < MOST_ANSWERS
    result = judged(page.session.labels, truth)
    assert (result.n_wrong, result.n_missed) == (0, 0)
