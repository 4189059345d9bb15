"""Pages of those who review and decide."""
