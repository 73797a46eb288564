"""bchcov: build, run and attack Bitcoin Cash covenants."""
