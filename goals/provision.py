"""What the database adds up for the coverage: little, for however many members."""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left, NullIf, Upper
from django.utils import timezone

from goals import coverage
from goals.coverage import (
    AT_LARGE,
    AT_LARGE_KEY,
    ENDORSES,
    PROVIDING,
    Line,
    Provider,
    Tally,
)
from members.models import Community, Organization
from members.models.finding import Texts
from members.models.periods import DatedQuerySet, in_force

ROW = Coalesce("commitmentcommunity__community", AT_LARGE_KEY)
LABEL = Coalesce(NullIf("organization__short_name", Value("")), "organization__name")
EFFORTS = [*PROVIDING, ENDORSES]
OTHER_LETTERS = "other"


class IsOneOf(Func):
    """That a number is in a list; asked even of an empty list, unlike `__in`.

    So a page makes the same queries whatever there is to show.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, number, numbers):
        keys = Value(list(numbers), output_field=ArrayField(BigIntegerField()))
        super().__init__(number, keys)


class ProvisionQuerySet(DatedQuerySet):
    def example(self):
        return self.filter(organization__is_example=True)

    def of_cell(self, goal, line):
        """Those for a goal and a community, or a goal and the ecosystem at large."""
        key = line.key or None
        return self.of_members().filter(goal=goal, commitmentcommunity__community=key)

    def behind(self, goal, line):
        """The commitments of a cell as its page lists them, strongest effort first."""
        strength = [When(effort=effort, then=n) for n, effort in enumerate(EFFORTS)]
        return (
            self.of_cell(goal, line)
            .select_related("organization")
            .annotate(evidence_count=Count("evidence"))
            .order_by(Case(*strength), "organization__folded_name", "pk")
        )

    def cell(self, goal, line):
        """One cell of the coverage, in one query."""
        column = Line(goal.pk, goal.slug, goal.short_name, "goal")
        counts = self.of_cell(goal, line).aggregate(**_counts(PROVIDING))
        tally = _tally(line.key, {"goal_id": goal.pk, **counts}, PROVIDING)
        return coverage.coverage([line], [column], [tally], []).rows[0].cells[0]

    def candidates(self, goal, line):
        """Members that serve a community but commit to nothing for it in this goal."""
        today = timezone.localdate()
        committed = self.of_cell(goal, line).filter(organization=OuterRef("pk"))
        return (
            Organization.objects.members_on(today)
            .filter(in_force(today, "services"), services__community=line.key)
            .filter(~Exists(committed))
            .order_by("folded_name", "pk")
        )

    def coverage(self, *, kind="", efforts=PROVIDING):
        """The table of goals by communities and capabilities, in four queries.

        `kind` leaves the rows of the other kind out; `efforts` make a provider.
        """
        columns = self._goals()
        rows = [line for line in _lines() if kind in ("", line.kind)]
        shown = {line.key for line in rows}
        tallies = [t for t in self._tallies(efforts) if t.row in shown]
        close = coverage.close_calls(rows, columns, tallies, efforts=efforts)
        provisions = [p for p in self._provisions(*close, efforts) if p.row in shown]
        return coverage.coverage(rows, columns, tallies, provisions, efforts=efforts)

    def coverage_by_goal(self):
        """The one row of goals by members: how many committed, in two queries."""
        row = Line(0, "members", "All members", "members")
        columns = self._goals()
        counts = self.of_members().values("goal_id").annotate(**_counts(PROVIDING))
        tallies = [_tally(0, each, PROVIDING) for each in counts.order_by()]
        return coverage.coverage([row], columns, tallies, []).rows[0].cells

    def _goals(self):
        goals = self.model._meta.get_field("goal").related_model.objects
        values = goals.order_by("number").values_list("pk", "slug", "short_name")
        return [Line(*each, "goal") for each in values]

    def _tallies(self, efforts):
        counts = (
            self.of_members()
            .values("goal_id", row=ROW)
            .annotate(**_counts(efforts))
            .order_by()
        )
        return [_tally(each["row"], each, efforts) for each in counts]

    def _provisions(self, rows, columns, efforts):
        provisions = (
            self.of_members()
            .filter(effort__in=efforts)
            .annotate(row=ROW)
            .filter(Q(IsOneOf("row", rows)) | Q(IsOneOf("goal_id", columns)))
            .values_list("row", "goal_id", LABEL, "organization__slug")
            .order_by()
        )
        return [
            coverage.Provision(row, goal, Provider(*provider))
            for row, goal, *provider in provisions
        ]


class MembersByGoal:
    """Which members a page of goals by members is about, and what it shows of them."""

    def __init__(self, *, letter="", unstated=False):
        self.letter, self.unstated = letter, unstated
        self.today = timezone.localdate()

    def rows(self):
        """The members by name, with `efforts`: pairs of a goal's slug and an effort."""
        efforts = (
            self._commitments().order_by().values(pair=Texts("goal__slug", "effort"))
        )
        members = self._members().filter(self._in_letter())
        if self.unstated:
            members = members.filter(~Exists(self._commitments()))
        return members.annotate(efforts=ArraySubquery(efforts)).order_by(
            "folded_name", "pk"
        )

    def letters(self):
        """How many members there are under each letter, and how many stated nothing."""
        return (
            self._members()
            .annotate(
                letter=Case(
                    When(
                        folded_name__regex="^[a-z]", then=Upper(Left("folded_name", 1))
                    ),
                    default=Value(OTHER_LETTERS),
                    output_field=CharField(),
                ),
                silent=~Exists(self._commitments()),
            )
            .values("letter")
            .annotate(members=Count("pk"), unstated=Count("pk", filter=Q(silent=True)))
            .order_by("letter")
        )

    def _members(self):
        return Organization.objects.members_on(self.today)

    def _commitments(self):
        commitments = Organization._meta.get_field("commitments").related_model
        return commitments.objects.on(self.today).filter(organization=OuterRef("pk"))

    def _in_letter(self):
        if self.letter == OTHER_LETTERS:
            return ~Q(folded_name__regex="^[a-z]")
        return Q(folded_name__startswith=self.letter.lower())


def _lines():
    communities = Community.objects.order_by("-kind", "folded_name", "pk")
    values = communities.values_list("pk", "slug", "name", "kind")
    return [*(Line(*each) for each in values), AT_LARGE]


def _counts(efforts):
    """Numbers by effort; and one provider, which is *the* provider if there is one."""
    provide = Q(effort__in=efforts)
    return {
        **{effort: Count("pk", filter=Q(effort=effort)) for effort in EFFORTS},
        "label": Min(LABEL, filter=provide),
        "slug": Min(F("organization__slug"), filter=provide),
    }


def _tally(row, counts, efforts):
    tally = Tally(
        row,
        counts["goal_id"],
        *(counts[effort] for effort in EFFORTS),
    )
    if coverage.providers(tally, efforts) != 1:
        return tally
    return tally._replace(provider=Provider(counts["label"], counts["slug"]))
