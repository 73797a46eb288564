"""Validation of whole transactions: the scripts and every other check that nodes make."""
