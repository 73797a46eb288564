"""Keys held by the caller, and the signatures they make."""
