"""The profile of BCH_2026: tickets, batches and range proofs."""
