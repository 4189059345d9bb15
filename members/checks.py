from django.core import checks

from members import mailing


@checks.register()
def check_mail_server(app_configs, **options):
    """The registry starts without one, since its public pages need none."""
    if mailing.can_deliver():
        return []
    return [checks.Warning(mailing.NO_SERVER, id="members.W001")]
