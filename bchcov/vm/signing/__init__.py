"""Signatures in scripts: the bytes they cover, and the checks of their encoding."""
