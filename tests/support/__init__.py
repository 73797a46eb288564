"""What several tests need: worlds of the pools, attacks on them, spends, processes."""
