"""The stack machine: one input of a transaction, judged under one rule set."""
