"""The pools that are raced on."""
