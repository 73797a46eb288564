"""A miner's view of each pool."""
