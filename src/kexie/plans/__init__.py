"""Targets: what was promised or assigned in numbers, how far it is, and who is responsible."""
