"""The members as a file: read, compared with the registry, carried out, written back.

docs/interchange.md describes the file for those who write one.
"""
