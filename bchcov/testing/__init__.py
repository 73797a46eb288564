"""Tools for testing contracts and for testing this library."""
