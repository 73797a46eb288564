"""How numbers and byte strings are written: in scripts, in transactions, in addresses."""
