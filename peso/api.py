"""The API: mounts the apps' routers, and is as open as the public pages are."""

import functools

from ninja import NinjaAPI
from ninja.errors import ValidationError

from members.answers import refusal
from members.api import router as members
from members.public import public_page

# Its description is data, at openapi.json; ninja's page for it needs scripts of others.
api = NinjaAPI(
    title="PESO membership registry",
    version="1",
    description="What is public in the registry. No account, no cookie.",
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", members)


@api.exception_handler(ValidationError)
def refuse(request, error):
    """Status 400, and for each parameter what is wrong with it."""
    problems = {}
    for each in error.errors:
        problems.setdefault(str(each["loc"][-1]), []).append(each["msg"])
    return refusal(problems)


def also_head(view):
    """Answers HEAD as GET, which ninja refuses; the server leaves the body out."""

    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        asked, request.method = request.method, "GET"
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = asked

    return answer


def routes():
    """The addresses of the API; its root answers its description."""
    patterns, _, _ = api.urls
    views = {
        pattern.name: public_page(also_head(pattern.callback)) for pattern in patterns
    }
    views["api-root"] = views["openapi-json"]
    for pattern in patterns:
        pattern.callback = views[pattern.name]
        yield pattern


urlpatterns = list(routes())
