"""Organisations: the tree with its dated history, people, roles, and who may see what."""
