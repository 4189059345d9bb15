from contextlib import suppress

from django.core.management.base import BaseCommand

from members.worker import Worker


class Command(BaseCommand):
    help = (
        "Send mails and do the work that time brings, until SIGTERM or Ctrl-C. One "
        "must run beside the web server; more of them share the work."
    )
    # Of the pages, which a worker does not need: to read them is a third of its start.
    requires_system_checks = ()

    def handle(self, **options):
        with suppress(KeyboardInterrupt):
            Worker().run()
