"""Verbs of the totals: post what was approved, take it back, book it again under another tree, fold the sums."""

from kexie.totals.services.indicators import sync_indicators
from kexie.totals.services.posting import FactData, PostingData, post, unpost
from kexie.totals.services.stamping import restamp
from kexie.totals.services.sums import fold, fold_waiting

__all__ = [
    "FactData",
    "PostingData",
    "fold",
    "fold_waiting",
    "post",
    "restamp",
    "sync_indicators",
    "unpost",
]
