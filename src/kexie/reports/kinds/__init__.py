"""The kinds of document other than the summary: each module composes one, from records alone."""
