"""Test vectors: the formats they come in, and the runner that judges them."""
