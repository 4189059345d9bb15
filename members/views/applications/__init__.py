"""Pages of those who apply. Whoever takes no part in an application meets none."""


def applications(request):
    raise NotImplementedError


def application(request, public_id):
    raise NotImplementedError


def invitation(request, token):
    raise NotImplementedError
