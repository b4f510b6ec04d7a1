"""Handing up (上报): who has reported, numbered snapshots, and what has changed since.

The locks themselves are of ``totals.locks``; what is here knows entries and people.
"""
