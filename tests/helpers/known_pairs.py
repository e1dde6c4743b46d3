"""Labels, scenes and verdicts that fit each other, and the counts of pairs one by one."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from hypothesis import strategies as st

from dupeval.truth import Said, Truth, Verdict


class KnownPairs(NamedTuple):
    """What somebody wrote of some images."""

    photographs: list[str]
    scenes: list[str]
    verdicts: list[Verdict]

    @property
    def truth(self) -> Truth:
        known = [photograph != "" for photograph in self.photographs]
        return Truth.of(self.photographs, known, self.scenes, self.verdicts)

    def one_scene(self, i: int, j: int) -> bool:
        """Say whether two images are known to lie in one scene: some way of what is said leads."""
        reached, ahead = {i}, [i]
        while ahead:
            here = ahead.pop()
            for other in range(len(self.photographs)):
                if other not in reached and self._linked(here, other):
                    reached.add(other)
                    ahead.append(other)
        return j in reached

    def _linked(self, i: int, j: int) -> bool:
        said = {(v.first, v.second): v.said for v in self.verdicts}.get((min(i, j), max(i, j)))
        copies = self.photographs[i] == self.photographs[j] != ""
        return copies or self.scenes[i] == self.scenes[j] != "" or said in ("same", "scene")

    def counts(self, groups: Sequence[int], lenient: bool) -> tuple[int, int, int, int]:
        """Return TP, FP, FN and TN."""
        pairs: Counter[tuple[bool, bool]] = Counter()
        verdicts = {(v.first, v.second): v.said for v in self.verdicts}
        for i, j in combinations(range(len(groups)), 2):
            labelled = self.photographs[i] != "" and self.photographs[j] != ""
            said = verdicts.get((i, j))
            if said == "unsure" or (said is None and not labelled):
                continue
            same = self.photographs[i] == self.photographs[j] if labelled else said == "same"
            if same or not (lenient and self.one_scene(i, j)):
                pairs[groups[i] == groups[j], same] += 1
        return pairs[True, True], pairs[True, False], pairs[False, True], pairs[False, False]


@st.composite
def known_pairs(draw: st.DrawFn, most: int = 9) -> KnownPairs:
    """Draw photographs in scenes, hide some of what is so, and say it of some pairs."""
    scene_of = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    really = draw(st.lists(st.integers(0, 3), min_size=1, max_size=most))
    told = draw(st.sets(st.integers(0, 3)))
    photographs = [draw(st.sampled_from(["", f"p{photograph}"])) for photograph in really]
    scenes = [
        f"s{scene_of[x]}" if x in told and (known or draw(st.booleans())) else ""
        for x, known in zip(really, photographs, strict=True)
    ]
    verdicts = []
    for i, j in combinations(range(len(really)), 2):
        possible: list[Said] = ["unsure", "same" if really[i] == really[j] else "different"]
        if really[i] != really[j] and scene_of[really[i]] == scene_of[really[j]]:
            possible.append("scene")
        said = draw(st.sampled_from([None, *possible]))
        if said is not None:
            verdicts.append(Verdict(i, j, said))
    return KnownPairs(photographs, scenes, verdicts)
