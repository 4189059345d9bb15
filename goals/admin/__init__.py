"""The back office of goals and commitments."""

from goals.admin import commitments

__all__ = ["commitments"]
