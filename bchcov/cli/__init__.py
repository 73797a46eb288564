"""The command line: a file or folder for each command, and `terminal` for what they share."""
