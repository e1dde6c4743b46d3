"""Which hypotheses can be true: some matches always agree, and more with a model that bends.

The numbers were found on copies of the stand-in, level news, and of harder ones, draws 0 to
2 of each; docs/methods/verified.md says what became of others.
"""

from __future__ import annotations

from dupeval.distance.local.evidence import Evidence

# The 10th percentile of the correlation of what lies rightly on each other may be this high; by
# chance, with few inliers, it never is.
EVERYWHERE = 0.15

# Of what is blurred, or was enlarged by more than this, nobody can see if another viewpoint moved
# something: one picture must lie within the other, but for its borders.
TINY, WHOLE = 4.0, 0.95


def can_be_true(found: Evidence) -> bool:
    """Say whether a hypothesis has enough for it, whatever it scores."""
    if (found.look == "coarse" or found.enlarged > TINY) and found.share < WHOLE:
        return False
    if found.similar is not None:
        return _bends_for_a_reason(found, found.similar)
    if found.look == "fine":
        return found.decile >= 0 or (found.n_inliers >= 15 and found.agreement >= 0.3)
    if found.decile >= EVERYWHERE and found.share >= 0.5:
        return True
    if found.look == "inverted":
        return found.n_inliers >= 15 and found.agreement >= 0.5
    return (
        found.n_inliers >= 12
        and found.share >= 0.5
        and found.quartile >= 0.2
        and (found.agreement >= 0.4 or found.quartile >= 0.6)
    )


def _bends_for_a_reason(found: Evidence, similar: int) -> bool:
    """Tell a perspective copy from flat things that were photographed twice.

    A copy is a picture of the whole of the other; or nearly all matches say that it is one.
    """
    gains = found.n_inliers >= 1.25 * similar + 5
    if found.share >= 0.9:
        return gains or found.quartile >= 0.9
    return gains and found.share >= 0.75 and found.n_inliers >= 30 and found.agreement >= 0.9
