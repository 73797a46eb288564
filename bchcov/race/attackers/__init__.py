"""The attackers of a race, each with a budget."""
