"""Totals: indicators, posted facts, sums by month. It knows entries by id alone; ``registers`` posts them."""
