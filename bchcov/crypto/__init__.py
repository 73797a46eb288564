"""Hashes, keys and signatures; each C library is used by one module only."""
