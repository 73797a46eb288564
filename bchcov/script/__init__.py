"""Script bytes: opcodes, pushes, and the patterns that wallets know."""
