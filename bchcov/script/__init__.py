"""Script bytes: opcodes, pushes, numbers and standard output patterns."""
