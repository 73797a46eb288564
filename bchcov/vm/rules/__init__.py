"""The rule sets: each year as its difference from the one before."""
