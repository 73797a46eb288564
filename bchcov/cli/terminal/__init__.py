"""What all commands share: streams, consoles, sources of input, errors, and signals."""
