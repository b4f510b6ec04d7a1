"""Documents written from totals: the model, its wording, its renderers and the pages that show it."""
