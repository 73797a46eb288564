"""Script bytes: opcodes, pushes, numbers, standard output patterns and addresses."""
