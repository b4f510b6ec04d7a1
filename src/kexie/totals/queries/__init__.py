"""Reads: totals for any organisation, run of months and indicator, and the entries behind each.

All take keyword arguments: ``organisation``, ``first_month`` and ``last_month`` (202403), ``scope`` (see SCOPES),
``structure`` (see STRUCTURES) and ``indicators`` (codes; None for all). An indicator without entries is not in the
answer.
"""

from kexie.totals.queries.answers import ADDED, Total, parts_of, refuse_missing_formula
from kexie.totals.queries.asked import (
    CUT_WORDS,
    CUTS,
    OWN,
    SCOPES,
    SHARED,
    SHARED_WORDS,
    STATED,
    STATED_WORDS,
    STRUCTURE_WORDS,
    STRUCTURES,
    Asked,
    Cut,
    Scope,
    Structure,
    scope_word,
)
from kexie.totals.queries.entries import entry_ids, statements_within
from kexie.totals.queries.flows import Where, latest_month
from kexie.totals.queries.measuring import measures, totals_of
from kexie.totals.queries.standing_in import at_rest
from kexie.totals.queries.totalling import (
    counted_children,
    totals,
    totals_by_cut,
    totals_by_month,
    totals_by_organisation,
    totals_where,
)

__all__ = [
    "ADDED",
    "CUTS",
    "CUT_WORDS",
    "OWN",
    "SCOPES",
    "SHARED",
    "SHARED_WORDS",
    "STATED",
    "STATED_WORDS",
    "STRUCTURES",
    "STRUCTURE_WORDS",
    "Asked",
    "Cut",
    "Scope",
    "Structure",
    "Total",
    "Where",
    "at_rest",
    "counted_children",
    "entry_ids",
    "latest_month",
    "measures",
    "parts_of",
    "refuse_missing_formula",
    "scope_word",
    "statements_within",
    "totals",
    "totals_by_cut",
    "totals_by_month",
    "totals_by_organisation",
    "totals_of",
    "totals_where",
]
