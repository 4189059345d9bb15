"""Pages of those who review and decide."""


def queue(request):
    raise NotImplementedError


def application(request, public_id):
    raise NotImplementedError
