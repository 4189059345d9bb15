"""Pages of those who apply."""


def applications(request):
    raise NotImplementedError


def application(request, public_id):
    raise NotImplementedError


def invitation(request, token):
    raise NotImplementedError
