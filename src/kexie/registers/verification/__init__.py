"""Verification: totals computed a second time, from raw entries, by one Ibis expression, and compared.

Needs the extra ``analytics`` (Ibis, DuckDB, pyarrow); nothing else imports this package.
"""

from kexie.registers.verification.services import Report, verify

__all__ = ["Report", "verify"]
