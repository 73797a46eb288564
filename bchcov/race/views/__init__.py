"""What a miner sees of each pool."""
