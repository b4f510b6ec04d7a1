"""Read catalogue files. Each is YAML below this package, named by its path without ``.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")


class CatalogueError(Exception):
    """A catalogue file is missing or does not have the shape that its reader expects."""


@cache
def load(name: str) -> Any:
    """Return the parsed content of catalogue file ``name`` (``"indicators"``, ``"lexicon/units"``).

    The result is cached and shared: callers must not change it.
    Raises CatalogueError, naming the file, when it is missing or not YAML.
    """
    path = files(__package__).joinpath(f"{name}.yaml")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError as error:
        raise CatalogueError(f"catalogue/{name}.yaml: there is no such file") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"catalogue/{name}.yaml: {error}") from error


def load_typed(name: str, shape: type[T]) -> T:
    """Return catalogue file ``name`` converted to ``shape`` (a msgspec-convertible type).

    Raises CatalogueError, naming the file and the place inside it, when the content does not fit.
    """
    try:
        return msgspec.convert(load(name), shape, strict=True)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"catalogue/{name}.yaml: {error}") from error


def folder(name: str) -> list[str]:
    """Return the names (for ``load``) of all files in catalogue folder ``name``, sorted."""
    entries = files(__package__).joinpath(name).iterdir()
    return sorted(f"{name}/{entry.name.removesuffix('.yaml')}" for entry in entries if entry.name.endswith(".yaml"))
