"""A third profile, for BCH_2026: the orders of an epoch are revealed together, at one price."""
