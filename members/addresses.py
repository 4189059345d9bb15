"""Whole addresses of this site, and the way on to where a record is now."""

from django.conf import settings
from django.shortcuts import redirect


def site_address(path: str) -> str:
    """The address that others use, whatever host a request names."""
    return f"{settings.SITE_URL}{path}"


def redirect_to(record, request, *, permanent=False):
    """Lead on to the page of `record`, with the query string that was asked for."""
    query = request.META.get("QUERY_STRING", "")
    address = record.get_absolute_url()
    return redirect(f"{address}?{query}" if query else address, permanent=permanent)
