"""Hashes, keys and signatures; each C library is behind one module."""
