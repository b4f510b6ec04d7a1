"""Which entries probably tell of one event: found by blocking, scored, grouped, and kept until something changes."""

from kexie.registers.proposals.kept import Found, find_proposals, proposals_of
from kexie.registers.proposals.search import Proposal, propose

__all__ = ["Found", "Proposal", "find_proposals", "proposals_of", "propose"]
