"""Interchange formats, each read and written in one file."""
