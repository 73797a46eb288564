"""Transactions: the data model, the wire format and signature digests."""
