"""Catalogue: what the field says, as data (YAML), and its loader. Nothing here knows of Django."""

from kexie.catalogue.loader import CatalogueError, folder, load, load_typed

__all__ = ["CatalogueError", "folder", "load", "load_typed"]
