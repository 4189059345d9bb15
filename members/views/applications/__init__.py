"""Pages of those who apply. Whoever takes no part in an application meets none."""
