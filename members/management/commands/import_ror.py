from pathlib import Path

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from tqdm import tqdm

from members.models import Host
from members.ror.importing import RorImport
from members.ror.reading import RefusalError

INTERRUPTED = 130
# So many lines of each kind are printed; the others are counted.
LINES = 50


class Command(BaseCommand):
    help = (
        "Bring the institutions to the state of a dump of ROR (docs/operations.md): a "
        "zip from https://zenodo.org/communities/ror-data or the JSON in it, schema 2. "
        "It is written in one transaction, or nothing is; the same file again changes "
        "nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--shrunken",
            action="store_true",
            help="Take a file that lacks more than half of what ROR had before.",
        )

    def handle(self, *, file, shrunken, **options):
        try:
            summary = RorImport(progress=_bar, shrunken=shrunken).run(file)
        except RefusalError as refusal:
            raise CommandError(f"{refusal}\nNothing was written.") from refusal
        except KeyboardInterrupt:
            text = "Interrupted: nothing was written."
            raise CommandError(text, returncode=INTERRUPTED) from None
        self._tell([f"refused: {reason}" for reason in summary.refused])
        self._tell([f"needs a look: {line}" for line in links_to_what_is_gone()])
        self.stdout.write(
            f"{summary.added:,} added, {summary.changed:,} changed, "
            f"{summary.unchanged:,} unchanged, {summary.withdrawn:,} withdrawn, "
            f"{len(summary.refused):,} refused."
        )

    def _tell(self, lines):
        for line in lines[:LINES]:
            self.stdout.write(line)
        if len(lines) > LINES:
            self.stdout.write(f"… and {len(lines) - LINES:,} more.")


def _bar(size):
    # None: only where somebody sees it.
    bar = tqdm(total=size, unit="B", unit_scale=True, disable=None)

    def told(number):
        bar.update(number)
        if bar.n >= size:
            bar.close()

    return told


def links_to_what_is_gone():
    """What is linked to an institution that is no longer active, and who follows it."""
    for host in Host.objects.to_what_is_gone():
        found = host.institution
        heir = found.today
        follows = f"; {heir} ({heir.key}) carries on" if heir != found else ""
        yield (
            f"{host.organization}: {found} ({found.key}) is {found.status} at ROR"
            f"{follows}."
        )
