"""The command line: one file per command, and none of them decides anything itself."""
