"""The virtual machine: evaluates one input of a transaction under one rule set."""
