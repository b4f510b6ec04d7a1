"""Parts of a summary: opening, cases, honours, effects, shortcomings and next steps, annex, notes for the writer."""
