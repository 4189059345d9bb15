"""The history of a record: each change, field by field, with who made it and when.

Read from the rows that database triggers keep, so it knows of changes by commands, in
bulk and by hand as well.
"""

from dataclasses import dataclass, field
from itertools import chain

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import CharField, Field, OuterRef, Subquery, Value
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from members.models import User

PER_PAGE = 50
DEEDS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}
OUTSIDE = "Outside the site"
EMPTY = (None, "", [], {})


@dataclass
class Difference:
    column: Field
    before: object
    after: object

    @property
    def name(self):
        return capfirst(self.column.verbose_name)


@dataclass
class Change:
    """One row of history: what happened to one record, and who did it."""

    row: object
    part: type
    deed: str
    user_id: int | None = None
    who: str = OUTSIDE
    differences: list[Difference] = field(default_factory=list)

    @property
    def at(self):
        return self.row.pgh_created_at

    @property
    def kind(self):
        return self.part._meta.label

    @property
    def kind_in_words(self):
        return capfirst(self.part._meta.verbose_name)


def is_tracked(model):
    try:
        return model._meta.get_field("history").auto_created
    except FieldDoesNotExist:
        return False


def sources(record, may_view):
    """Histories, of the record and of what belongs to it, each as rows and a kind."""
    model = type(record)
    found = [(record.history.all(), model)]
    for relation in model._meta.related_objects:
        part, name = relation.related_model, relation.field.name
        if relation.many_to_many or part is model or not is_tracked(part):
            continue
        if may_view(part):
            history = part._meta.get_field("history").related_model
            found.append((history.objects.filter(**{name: record.pk}), part))
    return found


def changes_page(record, may_view, number):
    """A page of changes, newest first: (page, changes)."""
    histories = sources(record, may_view)
    heads = [
        rows.order_by().values_list(
            "pgh_created_at",
            "pgh_id",
            Value(part._meta.label, output_field=CharField()),
        )
        for rows, part in histories
    ]
    together = heads[0].union(*heads[1:], all=True) if heads[1:] else heads[0]
    page = Paginator(together.order_by("-pgh_created_at", "-pgh_id"), PER_PAGE)
    page = page.get_page(number)
    changes = []
    for rows, part in histories:
        if ids := [pk for _, pk, label in page if label == part._meta.label]:
            changes += _changes(rows, part, ids)
    _leave_out_itself(record, changes)
    _name_relations(changes)
    _name_actors(changes)
    order = {(label, pk): place for place, (_, pk, label) in enumerate(page)}
    changes.sort(key=lambda change: order[(change.kind, change.row.pgh_id)])
    return page, changes


def _changes(rows, part, ids):
    history = rows.model
    earlier = history.objects.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
    ).order_by("-pgh_id")
    found = list(
        history.objects.filter(pgh_id__in=ids)
        .select_related("pgh_context")
        .annotate(pgh_before=Subquery(earlier.values("pgh_id")[:1]))
    )
    before = history.objects.in_bulk([row.pgh_before for row in found])
    return [_change(row, before.get(row.pgh_before), part) for row in found]


def _change(row, before, part):
    change = Change(row, part, DEEDS.get(row.pgh_label, row.pgh_label))
    if row.pgh_context:
        change.user_id = row.pgh_context.metadata.get("user")
    for column in row._meta.concrete_fields:
        if column.name.startswith("pgh_") or column.name == "id":
            continue
        old = getattr(before, column.attname) if before else None
        new = getattr(row, column.attname)
        if row.pgh_label == "delete":
            old, new = new, None
        if old != new and not (old in EMPTY and new in EMPTY):
            change.differences.append(Difference(column, old, new))
    return change


def _leave_out_itself(record, changes):
    """That a part belongs to the record needs no mention on the record's page."""
    for change in changes:
        change.differences = [
            each
            for each in change.differences
            if each.column.related_model is not type(record)
            or {each.before, each.after} - {None} != {record.pk}
        ]


def _name_relations(changes):
    """Put names in the place of keys, by one query for each model that is named."""
    differences = list(chain.from_iterable(change.differences for change in changes))
    keys = {}
    for each in differences:
        if each.column.is_relation:
            found = keys.setdefault(each.column.related_model, set())
            found |= {each.before, each.after} - {None}
    names = {
        # With what the names of memberships and the like are made of.
        model: model._base_manager.select_related().in_bulk(found)
        for model, found in keys.items()
    }
    for each in differences:
        column = each.column
        for side in ("before", "after"):
            value = getattr(each, side)
            if column.is_relation and value is not None:
                known = names[column.related_model].get(value)
                value = str(known) if known else f"no longer there ({value})"
            elif column.choices:
                value = dict(column.flatchoices).get(value, value)
            setattr(each, side, "" if value is None else value)


def _name_actors(changes):
    users = User.objects.in_bulk({change.user_id for change in changes} - {None})
    for change in changes:
        if change.user_id:
            user = users.get(change.user_id)
            change.who = (
                user.get_full_name() or user.get_username()
                if user
                else f"Account {change.user_id}, no longer there"
            )


class HistoryPage:
    """A ModelAdmin whose history view reads what the database kept.

    What is confidential is told by the pages of its own kind alone, since they know
    which of its rows somebody may see; `history_without` are parts told nowhere else.
    """

    is_confidential = False
    history_without = frozenset()

    def history_view(self, request, object_id, extra_context=None):
        # Before Django's own looks for a record, and says that there is none.
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not is_tracked(self.model):
            return super().history_view(request, object_id, extra_context)
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, record):
            raise PermissionDenied

        def may_view(model):
            page = self.admin_site._registry.get(model)
            apart = getattr(page, "is_confidential", False) and not self.is_confidential
            if apart or model in self.history_without:
                return False
            label = f"{model._meta.app_label}.view_{model._meta.model_name}"
            return request.user.has_perm(label)

        page, changes = changes_page(record, may_view, request.GET.get(PAGE_VAR))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Change history: {record}",
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": record,
            "opts": self.opts,
            "page": page,
            "changes": changes,
            "page_var": PAGE_VAR,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/record_history.html", context)
