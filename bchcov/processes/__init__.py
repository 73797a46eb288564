"""Running work in several processes, and stopping it on a signal."""
