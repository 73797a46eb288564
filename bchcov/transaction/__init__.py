"""Transactions: what they hold, how they are written, what their signatures cover."""
