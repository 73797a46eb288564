"""Work spread over processes, and its end by a signal."""
