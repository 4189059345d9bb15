import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from goals.example import loading, sketches
from members.management.days import day

_SECONDS_BETWEEN_LINES = 15


class Command(BaseCommand):
    help = (
        "Fills an empty registry with a made-up consortium, or takes it out again. "
        "The same number, seed and day give the same consortium."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--organizations",
            type=int,
            default=len(sketches.handwritten()),
            help="how many; those beyond the first 24 are put together from parts",
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--on",
            type=day,
            help="the day on which its ten years end, as 2026-01-31; default: today",
        )
        parser.add_argument(
            "--remove", action="store_true", help="take the example out instead"
        )

    def handle(self, *, organizations, seed, on, remove, **options):
        if organizations < 1:
            raise CommandError("--organizations: expected 1 or more.")
        try:
            if remove:
                self.remove()
            elif loading.is_loaded(organizations, seed):
                self.stdout.write("This example is there already.")
            else:
                self.load(organizations, seed, on or timezone.localdate())
        except loading.RefusedError as refused:
            raise CommandError(str(refused)) from None

    def load(self, number, seed, on):
        loading.load(
            number, seed=seed, on=on, progress=lambda rows: self.progress(rows, number)
        )
        self.stdout.write(f"Wrote the example: {number} organizations.")

    def remove(self):
        count = loading.remove()
        if count:
            self.stdout.write(f"Removed the example: {count} organizations.")
        else:
            self.stdout.write("There is no example to remove.")

    def progress(self, rows, number):
        """A bar on a terminal, elsewhere a line now and then."""
        if sys.stderr.isatty():
            yield from tqdm(rows, total=number, unit=" organizations", leave=False)
            return
        told = time.monotonic()
        for done, row in enumerate(rows):
            yield row
            if time.monotonic() - told > _SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                self.stderr.write(f"{done + 1} of {number} organizations")
