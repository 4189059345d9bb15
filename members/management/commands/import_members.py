from django.core.exceptions import PermissionDenied
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from members.interchange.faults import RefusalError
from members.interchange.importing import Importer
from members.interchange.rows import EARLIEST
from members.management.days import day
from members.models import User

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Read members from a YAML or CSV file (docs/interchange.md): say what is "
        "added, changed and left, and write it in one transaction, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say it all and write nothing."
        )
        parser.add_argument(
            "--on",
            metavar="DATE",
            type=day,
            help="The day from which what is new holds (YYYY-MM-DD); today if absent.",
        )
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="The account in whose name it is written; the registry's if absent.",
        )

    def handle(self, *, file, dry_run, on, by, **options):
        importer = Importer(
            by=_account(by),
            on=_day(on),
            waiting=lambda: self.stderr.write("Another import runs: waiting for it."),
            # None: only where somebody sees it.
            progress=lambda steps: tqdm(steps, unit=" members", disable=None),
        )
        try:
            plan = importer.run(file, dry_run=dry_run)
        except (RefusalError, PermissionDenied) as refusal:
            raise CommandError(f"{refusal}\nNothing was written.") from refusal
        except KeyboardInterrupt:
            text = "Interrupted: nothing was written."
            raise CommandError(text, returncode=INTERRUPTED) from None
        self._report(plan, dry_run)

    def _report(self, plan, dry_run):
        for step in plan.steps:
            self.stdout.write(str(step))
        for short_name, name, level in plan.not_in_file:
            self.stdout.write(
                f"not in the file    {short_name or name}: {level}, left as it is"
            )
        self.stdout.write(
            f"{plan.count('add')} added, {plan.count('change')} changed, "
            f"{plan.count('leave')} left as they are, "
            f"{len(plan.not_in_file)} not in the file."
        )
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")


def _account(username):
    if username is None:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no account “{username}” (--by).") from error


def _day(on):
    today = timezone.localdate()
    if on and not EARLIEST <= on <= today:
        raise CommandError(f"--on {on}: expected a day from {EARLIEST} to {today}.")
    return on or today
