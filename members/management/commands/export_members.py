import io
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from members.interchange.writing import FORMATS, write_members
from members.management.days import day


class Command(BaseCommand):
    help = "Write the members as a file that import_members reads again."

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=FORMATS, default="yaml")
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            type=day,
            help="The members of that day (YYYY-MM-DD); today if absent.",
        )
        parser.add_argument(
            "--dates",
            action="store_true",
            help="With the days of joining and leaving, which JSON always has.",
        )
        parser.add_argument(
            "--output", metavar="FILE", help="Standard output if absent."
        )

    def handle(self, *, format, as_of, dates, output, **options):
        on = as_of or timezone.localdate()
        if not output:
            text = io.StringIO()
            self._write(text, format, on, dates)
            self.stdout.write(text.getvalue(), ending="")
            return
        # Beside it first: whoever reads the file meets the old or the whole new one.
        part = Path(f"{output}.part")
        try:
            with part.open("w", encoding="utf-8", newline="") as file:
                self._write(file, format, on, dates)
            part.replace(output)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"Cannot write {output}: {error.strerror}.") from error

    @transaction.atomic
    def _write(self, file, format, on, dates):
        # One transaction in which nobody's changes come between two queries.
        write_members(file, format=format, on=on, dates=dates)
