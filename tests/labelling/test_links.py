"""What follows from answers, against trying all partitions."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from label_images import said, same

from dupeval.labelling.answers import Answer, Fact
from dupeval.labelling.labels import links_of
from dupeval.labelling.links import Links, blamed

N = 5


def partitions(n: int) -> list[list[int]]:
    """Return all partitions of n things, as labels."""
    found = [[0]]
    for _ in range(n - 1):
        found = [[*labels, new] for labels in found for new in range(max(labels) + 2)]
    return found


ALL = partitions(N)


def possible(facts: list[Fact]) -> list[list[int]]:
    return [x for x in ALL if all((x[a] == x[b]) == same for a, b, same in facts)]


pairs = st.sampled_from(list(combinations(range(N), 2)))
lists_of_facts = st.lists(st.builds(lambda p, s: Fact(*p, s), pairs, st.booleans()), max_size=12)


@given(lists_of_facts)
def test_a_fact_is_allowed_exactly_if_a_partition_agrees(facts: list[Fact]) -> None:
    links, accepted = Links(N), []
    for fact in facts:
        assert links.allows(fact) == bool(possible([*accepted, fact]))
        if links.allows(fact):
            links.add(fact)
            accepted.append(fact)
    left = possible(accepted)
    for a, b in combinations(range(N), 2):
        assert links.together(a, b) == all(x[a] == x[b] for x in left)
        assert links.apart(a, b) == all(x[a] != x[b] for x in left)


@given(lists_of_facts)
def test_what_is_blamed_contradicts_the_fact_by_itself(facts: list[Fact]) -> None:
    links, answers = Links(N), []
    for id_, fact in enumerate(facts, 1):
        if links.allows(fact):
            links.add(fact)
            answers.append(said(id_, fact.a, fact.b, "same" if fact.same else "different"))
            continue
        ids = blamed(answers, links, fact)
        of_blamed = [fact for answer in answers if answer.id in ids for fact in answer.facts]
        assert ids
        assert not possible([*of_blamed, fact])
        # Each of them is needed.
        for gone in ids:
            rest = [f for answer in answers if answer.id in set(ids) - {gone} for f in answer.facts]
            assert possible([*rest, fact])


@given(
    lists_of_facts, st.lists(st.integers(0, N - 1), min_size=2, max_size=N, unique=True), st.data()
)
def test_an_answer_agrees_if_all_its_facts_can_be_true_together(facts, images, data) -> None:
    links, accepted = Links(N), []
    for fact in facts:
        if links.allows(fact):
            links.add(fact)
            accepted.append(fact)
    at = data.draw(st.integers(1, len(images)))
    answers = [same(1, *images[:at], others=tuple(images[at:]))]
    answers += [said(1, *images[:2], what) for what in ("different", "scene", "unsure")]
    for answer in answers:
        assert links.agree(answer) == bool(possible([*accepted, *answer.facts]))


def test_photographs_that_a_table_names_differ_and_a_name_goes_with_its_class() -> None:
    one = Answer(1, "import", (0, 1), photograph="rose")
    other = Answer(2, "import", (2,), photograph="tulip")
    links = links_of(5, [one, other, said(3, 2, 3, "same")])
    assert links.apart(1, 3)
    assert not links.apart(3, 4)
    assert links.name(3) == "tulip"
    assert set(blamed([one, other, said(3, 2, 3, "same")], links, Fact(1, 3, same=True))) == {
        1,
        2,
        3,
    }
