"""Forms, by the person who fills them in."""

from members.forms.directory import ORDERS, SEVERAL, VIEWS, DirectoryForm

__all__ = ["ORDERS", "SEVERAL", "VIEWS", "DirectoryForm"]
