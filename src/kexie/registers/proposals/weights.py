"""The shape of catalogue/merging.yaml."""

from functools import cache

import msgspec

from kexie.catalogue import CatalogueError, load_typed


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each kind of likeness is worth; together 1."""

    dates: float
    place: float
    partners: float
    title: float
    figures: float


class Merging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weights: Weights
    threshold: float
    elsewhere: float
    window_days: int
    longest_days: int
    crowd: int
    alike_title: int
    near_percent: int
    least_number: int
    same_title: int
    same_days: int
    title_noise: tuple[str, ...]
    at_once: int


@cache
def merging() -> Merging:
    """Return the catalogue's numbers. Raises CatalogueError when the weights do not add up to 1."""
    told = load_typed("merging", Merging)
    if abs(sum(msgspec.structs.astuple(told.weights)) - 1) > 1e-9:
        raise CatalogueError("catalogue/merging.yaml: the weights do not add up to 1")
    return told
