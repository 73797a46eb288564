"""The actors of a race: builders, miners, attackers."""
