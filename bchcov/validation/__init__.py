"""Whole transactions: every check that nodes make before and beside the scripts."""
