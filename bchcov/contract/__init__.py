"""Covenants: contracts as script bytes, and the transactions that run them."""
