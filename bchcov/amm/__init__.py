"""SequencedAMM: a constant-product pool, its orders committed blind and executed in order."""
