"""Who changed something, and at which address: what history keeps of a request."""

from pghistory.middleware import HistoryMiddleware

from peso.logs import without_secrets


class KeepActor(HistoryMiddleware):
    def get_context(self, request):
        """Without what is a secret in the address: history is for ever."""
        context = super().get_context(request)
        return {**context, "url": without_secrets(context["url"])}
