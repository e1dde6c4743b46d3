"""What a reading is made of, and all that are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from dupeval.clustering import Linkage, Metric
from dupeval.strict import STRICT

Features = Literal["plain", "unit", "standard"]
Fit = Literal["query", "dataset"]
Cut = Literal["absolute", "fraction", "groups"]
CUTS: tuple[Cut, ...] = ("absolute", "fraction", "groups")
METRICS: tuple[Metric, ...] = ("euclidean", "cosine", "cityblock")
# All linkages that the study may have taken from scipy's page, with the metrics they go with.
CLUSTERINGS: tuple[tuple[Linkage, Metric], ...] = (
    *((linkage, metric) for metric in METRICS for linkage in ("single", "complete", "average")),
    *(("ward", "euclidean"), ("centroid", "euclidean")),
)
# On values in 0-255 a distance is so many times that on 0-1.
SCALES = {"0-1": 1.0, "0-255": 255.0}


class Reduction(NamedTuple):
    """How many principal components, and what they were fitted on."""

    n_components: int
    fit: Fit


class Reading(NamedTuple):
    """One hypothesis of how the study computed its table, but for how its threshold was found.

    Attributes
    ----------
    size : int
        Of the square that raw pixels were brought to.
    scale : {"0-1", "0-255"}
        Of raw pixels; without meaning, and called 0-1, where it changes no partition at all.
    network : str
        The layer of VGG16, and what it was fed; a name of `Space.networks`.
    features : {"plain", "unit", "standard"}
        As they are, each image's divided by its length, or each feature standardised over the
        dataset.
    n_components : int
    fit : {"query", "dataset"}
        What principal components were fitted on.
    linkage, metric : str
    cut : {"absolute", "fraction", "groups"}
        One height, one share of each query's highest merge, or one number of groups.
    """

    size: int
    scale: str
    network: str
    features: Features
    n_components: int
    fit: Fit
    linkage: Linkage
    metric: Metric
    cut: Cut


@checked_dataclass(frozen=True, config=STRICT)
class Space:
    """What is tried for each ingredient.

    Attributes
    ----------
    sizes : tuple of int
    networks : mapping of str to mapping
        Settings of `dupeval.representation.vgg.VGG16`, by the name that tables show.
    features : tuple of str
    components : mapping of str to tuple of int
        For each of "query" and "dataset".
    """

    sizes: tuple[int, ...]
    networks: Mapping[str, Mapping[str, Any]]
    features: tuple[Features, ...]
    components: Mapping[Fit, tuple[Annotated[int, Field(gt=0)], ...]]

    @property
    def reductions(self) -> tuple[Reduction, ...]:
        """All reductions, in the order of the settings."""
        return tuple(Reduction(k, fit) for fit, ks in self.components.items() for k in ks)

    def readings(self) -> Iterator[Reading]:
        """Yield all readings, those that share what VGG + PCA is after each other."""
        for pipeline in self.pipelines():
            for size, scale in self.pixels(pipeline):
                yield Reading(size, scale, *pipeline)

    def pipelines(self) -> Iterator[Pipeline]:
        """Yield all that raw pixels have no part in."""
        for network in self.networks:
            for features in self.features:
                for reduction in self.reductions:
                    for linkage, metric in CLUSTERINGS:
                        for cut in CUTS:
                            yield Pipeline(network, features, *reduction, linkage, metric, cut)

    def pixels(self, pipeline: Pipeline) -> Sequence[tuple[int, str]]:
        """Return the sizes and scales of raw pixels that differ with this."""
        matters = (
            pipeline.features == "plain"
            and pipeline.metric != "cosine"
            and pipeline.cut == "absolute"
        )
        return [(size, scale) for size in self.sizes for scale in (SCALES if matters else ["0-1"])]


class Pipeline(NamedTuple):
    """A reading without what concerns raw pixels alone; see `Reading`."""

    network: str
    features: Features
    n_components: int
    fit: Fit
    linkage: Linkage
    metric: Metric
    cut: Cut


@dataclass(frozen=True)
class Rule:
    """How the one threshold of all methods was found.

    Attributes
    ----------
    name, title : str
    looks_at_published : bool
        Whether it is told one of the figures that it is to explain.
    """

    name: str
    title: str
    looks_at_published: bool = False


RULES = (
    Rule("best_f1", "best F1 of VGG + PCA"),
    Rule("precision_1", "most recall of VGG + PCA at precision 1"),
    Rule("precision_97", "most recall of VGG + PCA at precision .97"),
    Rule("best_of_all", "best F1, mean of the four methods"),
    Rule("scipy_default", ".7 of the highest merge, scipy's default"),
    Rule("published_recall", "VGG + PCA reaches the published recall", looks_at_published=True),
)
