"""Spreadsheets of any layout into records: grid → header → columns → rows, each step a small module."""
