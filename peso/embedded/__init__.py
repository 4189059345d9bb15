"""The parts of the embedded PostgreSQL server, and Django's way to it.

ENGINE = "peso.embedded" is Django's PostgreSQL backend on that server: the server
starts with the first connection and stops with the last process that used it.
"""
