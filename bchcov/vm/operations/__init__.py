"""One function per opcode, one file per concern; each file ends with its group."""
