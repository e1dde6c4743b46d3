"""What a method proposes."""

import numpy as np

from dupeval.clustering.pairs import AllPairs, SomePairs
from dupeval.labelling.proposals import Proposals, query_proposals

# Of images 10 to 13, in the condensed order.
APART = {(0, 1): 0.2, (0, 2): 0.5, (0, 3): 0.9, (1, 2): 0.48, (1, 3): 1.2, (2, 3): 0.7}
NUMBERS = [10, 11, 12, 13]


def test_groups_at_the_strict_cut_and_pairs_nearest_first_up_to_twice_the_methods() -> None:
    found = query_proposals(AllPairs(4, np.array(list(APART.values()))), NUMBERS, 0.5, "average")
    assert found.clusters == ((10, 11),)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [
        *((10, 11), (11, 12), (10, 12), (12, 13), (10, 13)),
    ]
    assert found.distances.tolist() == sorted(found.distances.tolist())


def test_pairs_that_were_not_looked_at_are_never_asked() -> None:
    pairs = np.array([(0, 1), (1, 2)])
    some = SomePairs(4, pairs, np.array([0.3, 1.0]), 1.0)
    found = query_proposals(some, NUMBERS, 0.5, "average")
    assert found.first.tolist() == [10]


def test_a_method_that_tells_groups_proposes_those_and_no_pairs() -> None:
    found = query_proposals(np.array([4, 7, 4, 4]), NUMBERS, np.nan, "single")
    assert found.clusters == ((10, 12, 13),)
    assert len(found.first) == 0


def test_what_is_near_an_image_nearest_first() -> None:
    of_query = {
        "q": query_proposals(AllPairs(4, np.array(list(APART.values()))), NUMBERS, 0.5, "average")
    }
    proposals = Proposals("m", 0.5, of_query)
    near = proposals.nearest_first("q", 10)
    assert list(near) == sorted(near, key=near.__getitem__)
    assert near[11] == 0.2
    assert proposals.nearest_first("other", 10) == {}
