"""What a pair's score rests on: the aligned overlap, its correlation, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dupeval.distance.explanation import Arrows, Explanation, Panel
from dupeval.distance.local.evidence import Evidence, Laid
from dupeval.distance.local.hypotheses import Hypothesis

# How much longer residuals are shown than they are; most are below a pixel.
MAGNIFIED = 15


@dataclass(frozen=True, eq=False)
class Explained:
    """Why a pair has the distance that it has.

    Attributes
    ----------
    score : float
        1 less the distance, of the best hypothesis.
    hypothesis : Hypothesis
        What is compared, and how one lies on the other.
    evidence : Evidence
    laid : Laid
        The aligned overlap, the map of correlations, the field of residuals.
    """

    score: float
    hypothesis: Hypothesis
    evidence: Evidence
    laid: Laid


def explanation(found: Explained) -> Explanation:
    """Return what there is to see of a hypothesis, in the frame of the coarser picture.

    What is outside of the overlap is white, the map is empty where there is no texture.
    """
    laid = found.laid
    overlap = laid.overlap
    a, b = (np.where(overlap.mask, picture, 255) for picture in (overlap.a, overlap.b))
    correlation = np.where(laid.textured, laid.correlation, np.nan)
    arrows = Arrows(laid.points, laid.residuals * MAGNIFIED)
    return Explanation(
        _summary(found),
        a,
        b,
        (
            Panel("correlation: 1 blue, -1 red", correlation, is_map=True),
            Panel(f"residuals, {MAGNIFIED} times as long", found.hypothesis.b, arrows=arrows),
        ),
    )


def _summary(found: Explained) -> str:
    evidence = found.evidence
    how = [evidence.look, *(["mirrored"] if found.hypothesis.mirrored else [])]
    how.append("similarity" if evidence.similar is None else "perspective")
    return (
        f"score {found.score:.2f} ({', '.join(how)}): {evidence.n_inliers} of "
        f"{evidence.n_matches} matches agree, correlation {evidence.median:.2f} (quartiles "
        f"{evidence.quartile:.2f}, {evidence.upper:.2f}), parallax {evidence.parallax:.2f}, "
        f"shared {evidence.share:.0%}, halo {evidence.halo:.2f}"
    )
