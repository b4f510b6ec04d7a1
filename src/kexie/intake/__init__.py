"""Intake: documents into draft entries. Nothing that was read counts until a person has confirmed it."""
