"""Carry a file out: everything in one transaction, or nothing."""

import datetime as dt
from dataclasses import dataclass

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from members.interchange.changes import Errand, new_organization
from members.interchange.faults import Fault, RefusalError
from members.interchange.kept import keep
from members.interchange.planning import Plan
from members.interchange.reading import read_document
from members.interchange.rows import read_rows
from members.interchange.tree import Node
from members.models import Import, Level, User
from peso import policy

# Any number, the same in every process that imports.
LOCK = 0x6D656D62


def _nothing(*_):
    pass


@dataclass
class Importer:
    """Reads a file of members into the registry in somebody's name.

    Without `by` that is the registry itself. `on` is the day from which what is new
    holds. `waiting` is called before another import is waited for; `progress` wraps
    the steps while they are carried out.
    """

    by: User | None
    on: dt.date
    waiting: object = _nothing
    progress: object = iter

    def run(self, path, *, dry_run=False) -> Plan:
        """Import the file at `path`. RefusalError: nothing was written, and why.

        A dry run does all the same and takes it back, so that it meets what the real
        one would meet.
        """
        if self.by:
            policy.require(self.by, "members.import")
        document = read_document(path)
        with transaction.atomic():
            self._wait_for_turn()
            plan = self._plan(document)
            by = self.by or User.objects.registry()
            with pghistory.context(user=by.pk):
                self._carry_out(plan, by)
            transaction.set_rollback(dry_run)
        return plan

    def _wait_for_turn(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.waiting()
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

    def _plan(self, document):
        levels = list(Level.objects.values_list("slug", flat=True))
        rows, faults = read_rows(document, levels=levels, on=self.on)
        plan = Plan(document, rows, on=self.on)
        plan.unknown = self._unknown(document, faults)
        if faults := faults + plan.faults:
            raise RefusalError(faults)
        return plan

    def _unknown(self, document, faults):
        """The top-level parts to keep; a table has none, so the last ones stay."""
        if document.unknown is None:
            return Import.objects.last_unknown()
        return keep(Node(document.unknown, 1), faults)

    def _carry_out(self, plan, by):
        name = plan.document.name
        errand = Errand(by=by, on=self.on, reason=f"imported from {name}")
        steps = [step for step in plan.steps if step.changes]
        faults = []
        for step in self.progress(steps):
            try:
                with transaction.atomic():
                    self._take(step, errand)
            except ValidationError as error:
                faults += [
                    Fault(step.row.line, 0, f"{step.row}: {message}")
                    for message in error.messages
                ]
            except IntegrityError as error:
                faults.append(Fault(step.row.line, 0, f"{step.row}: {_said(error)}"))
        if faults:
            raise RefusalError(faults)
        self._note(plan, by)

    def _take(self, step, errand):
        organization = step.organization or new_organization(step.row)
        for change in step.changes:
            change.do(organization, errand)

    def _note(self, plan, by):
        """Record the import, unless the file said nothing new at all."""
        written = any(step.changes for step in plan.steps)
        if not written and plan.unknown == Import.objects.last_unknown():
            return
        Import.objects.create(
            by=by,
            file_name=plan.document.name,
            sha256=plan.document.sha256,
            effective_on=self.on,
            added=plan.count("add"),
            changed=plan.count("change"),
            unchanged=plan.count("leave"),
            unknown=plan.unknown,
        )


def _said(error) -> str:
    """The database's own words, without its technical part."""
    diagnosis = getattr(error.__cause__, "diag", None)
    words = getattr(diagnosis, "message_detail", "") or str(error).split("\n")[0]
    return f"the database refuses it: {words}"
