"""Sign-in by an OpenID Connect provider, as allauth does it, with two differences.

A browser that holds to our Content-Security-Policy follows no form to another site, so
a page of ours leads on. And a provider that does not answer gets a page, not an error.
"""

import logging
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)


def answering(view):
    @wraps(view)
    def answer(request, provider_id):
        try:
            return view(request, provider_id)
        except (RequestException, KeyError, ValueError) as error:
            # Its documents are missing, or lack what the standard asks of them.
            logger.warning("Provider %s does not answer well: %r", provider_id, error)
            page = {"has_no_address": True}
            return render(
                request, "socialaccount/authentication_error.html", page, status=502
            )

    return answer


@login_not_required
@answering
def login(request, provider_id):
    response = views.login(request, provider_id=provider_id)
    address = response.get("Location", "")
    if request.method == "POST" and address.startswith(("https://", "http://")):
        page = {"address": address, "has_no_address": True}
        return render(request, "socialaccount/onward.html", page)
    return response


@login_not_required
@answering
def callback(request, provider_id):
    return views.callback(request, provider_id=provider_id)
