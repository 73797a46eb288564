"""SequencedAMM: a constant-product pool whose orders are committed blind and executed in queue order."""
