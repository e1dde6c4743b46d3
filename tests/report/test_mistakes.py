"""Every mistake once, with an address that stays, and as many pairs as the scores have."""

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from labelled import dataset_of

from dupeval.dataset import Dataset, Label, Query
from dupeval.figures.mistakes import found_groups
from dupeval.report.mistakes import Mistake, all_mistakes, key_of, torn_apart, worst_first
from dupeval.truth import Truth, Verdict

Found = Mapping[tuple[str, str, str], Sequence[int]]


def mistakes_of(dataset: Dataset, labels: Found) -> list[Mistake]:
    queries = {query.slug: query for query in dataset.queries}
    groups = {
        place: found_groups(queries[place[2]].photographs.tolist(), own, queries[place[2]].truth)
        for place, own in labels.items()
    }
    return all_mistakes(dataset, groups, labels)


ONE = dataset_of("ppqrp")


def test_a_group_of_different_photographs_and_one_torn_apart() -> None:
    wrong, missed = mistakes_of(ONE, {("nested", "it", "q0"): [0, 0, 0, 1, 2]})
    assert (wrong.kind, wrong.n_pairs, wrong.parts) == ("wrong", 2, ((0, 1), (2,)))
    assert (missed.kind, missed.n_pairs, missed.parts) == ("missed", 2, ((0, 1), (4,)))
    assert (wrong.method, wrong.query, wrong.protocols) == ("it", "q0", ("nested",))


def test_nothing_is_said_of_what_is_right() -> None:
    assert mistakes_of(ONE, {("nested", "it", "q0"): [0, 0, 1, 2, 0]}) == []


def test_the_same_mistake_of_several_protocols_is_one() -> None:
    labels = [0, 0, 0, 1, 2]
    both = {("nested", "it", "q0"): labels, ("loqo", "it", "q0"): labels}
    assert [m.protocols for m in mistakes_of(ONE, both)] == [("nested", "loqo")] * 2


def test_its_address_is_of_the_names_and_nothing_else() -> None:
    (wrong, _) = mistakes_of(ONE, {("nested", "it", "q0"): [0, 0, 0, 1, 2]})
    (again, _) = mistakes_of(ONE, {("fixed", "it", "q0"): [7, 7, 7, 3, 5]})
    assert wrong.key == again.key
    names = [["0.png", "1.png"], ["2.png"]]
    assert wrong.key == key_of("by hand", "it", "q0", "wrong", names) == "m-09737acf0b01"
    others = {
        key_of(*said)
        for said in (
            ("by hand", "it", "q0", "missed", names),
            ("by hand", "it", "q1", "wrong", names),
            ("by hand", "other", "q0", "wrong", names),
            ("other", "it", "q0", "wrong", names),
            ("by hand", "it", "q0", "wrong", names[:1]),
        )
    }
    assert len(others - {wrong.key}) == 5


def test_edits_are_those_of_its_images() -> None:
    edits = ("crop:0.5", "", "jpeg:9+mirror", "rotate:3")
    query = dataset_of("pppq").queries[0]
    labels = tuple(Label(known.photograph, e) for known, e in zip(query.labels, edits, strict=True))
    dataset = Dataset("d", (Query("q0", "", query.images, labels),))
    (missed,) = mistakes_of(dataset, {("nested", "it", "q0"): [0, 0, 1, 2]})
    assert missed.edits == ("crop", "jpeg", "mirror")


def test_the_worst_of_each_method_and_query_are_chosen_and_stay_in_order() -> None:
    def mistake(method: str, query: str, n: int) -> Mistake:
        return Mistake(f"{method}{query}{n}", "wrong", method, query, (), n, 0, (), ())

    all_of_them = [
        *(mistake("a", "x", n) for n in (9, 8, 7)),
        *(mistake("a", "y", n) for n in (2, 1)),
        mistake("b", "x", 1),
    ]
    chosen = worst_first(all_of_them, 4)
    assert [m.key for m in chosen] == ["ax9", "ax8", "ay2", "bx1"]
    assert worst_first(all_of_them, 99) == all_of_them


@st.composite
def truths(draw: st.DrawFn) -> tuple[Query, list[int]]:
    """Photographs, unlabelled images, verdicts that do not contradict them, and a partition."""
    n = draw(st.integers(2, 9))
    photographs = draw(st.lists(st.sampled_from(["", "p", "q"]), min_size=n, max_size=n))
    verdicts = []
    for a in range(n):
        for b in range(a + 1, n):
            both = bool(photographs[a] and photographs[b])
            said = draw(st.sampled_from([None, "unsure"] if both else [None, None, "different"]))
            if said:
                verdicts.append(Verdict(a, b, said))
    # Pairs of unlabelled images that nothing else joins may be the same.
    alone = [i for i, photograph in enumerate(photographs) if not photograph]
    if len(alone) > 1 and draw(st.booleans()):
        verdicts = [v for v in verdicts if v[:2] != (alone[0], alone[1])]
        verdicts.append(Verdict(alone[0], alone[1], "same"))
    query = dataset_of(photographs).queries[0]
    labels = tuple(map(Label, photographs))
    query = Query("q0", "", query.images, labels, tuple(sorted(verdicts)))
    return query, draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))


@given(truths())
def test_they_are_all_the_wrong_and_missed_pairs_there_are(drawn: tuple[Query, list[int]]) -> None:
    query, labels = drawn
    mistakes = mistakes_of(Dataset("d", (query,)), {("nested", "it", "q0"): labels})
    first, second = np.triu_indices(len(labels), 1)
    together = np.array(labels)[first] == np.array(labels)[second]
    counts, true = query.truth.of_pairs()
    of_kind = {
        kind: sum(mistake.n_pairs for mistake in mistakes if mistake.kind == kind)
        for kind in ("wrong", "missed")
    }
    assert of_kind == {
        "wrong": (counts & ~true & together).sum(),
        "missed": (counts & true & ~together).sum(),
    }


def test_a_verdict_joins_what_nobody_labelled() -> None:
    truth = Truth.of(["p", "p", "", ""], [True, True, False, False], (), [Verdict(2, 3, "same")])
    assert list(torn_apart(truth, [0, 0, 1, 2])) == [(1, ((2,), (3,)))]
    assert list(torn_apart(truth, [0, 1, 2, 2])) == [(1, ((0,), (1,)))]
