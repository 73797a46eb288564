"""The pools of a race, with their users."""
