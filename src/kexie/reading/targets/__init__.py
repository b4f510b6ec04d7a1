"""Targets: what a plan promises in numbers, how firmly, until when, set by whom."""

from kexie.reading.targets.find import find

__all__ = ["find"]
