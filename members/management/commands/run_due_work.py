from django.core.management.base import BaseCommand, CommandError

from members.due import do_due_work
from members.severally import DueWorkError


class Command(BaseCommand):
    help = (
        "Do now what is due and not yet done. The worker does it every hour; running "
        "it twice does nothing twice."
    )

    def handle(self, **options):
        try:
            done = do_due_work()
        except DueWorkError as error:
            raise CommandError(f"{error} The log says how.") from None
        for name, count in done.items():
            self.stdout.write(f"{name}: {count}")
