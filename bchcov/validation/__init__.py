"""Validation of whole transactions: the scripts and every check that nodes make besides them."""
