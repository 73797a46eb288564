"""What a signature covers, and how it is encoded."""
