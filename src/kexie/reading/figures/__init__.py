"""Figures by grammar: hedge, number, scale, hedge, measure word, hedge. Names and enumerators are not figures."""

from kexie.reading.figures.fitting import denied
from kexie.reading.figures.grammar import Match, find

__all__ = ["Match", "denied", "find"]
