"""Those who act in a race: builders, miners, attackers."""
