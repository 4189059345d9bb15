"""A made-up consortium, so that a new registry can be seen at work."""
