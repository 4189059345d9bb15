import datetime as dt

import pytest

from members.models import Organization
from tests import factories
from tests.factories import DAY, LATER

pytestmark = pytest.mark.django_db


def test_standing_tells_members_from_former_members_and_applicants():
    current = factories.member(name="A", level="affiliate")
    former = factories.member(name="B", ended_on=LATER)
    returned = factories.member(name="C", ended_on=LATER)
    factories.membership(organization=returned, started_on=LATER + dt.timedelta(9))
    factories.organization(name="D")
    factories.member(name="E", started_on=dt.date(2999, 1, 1))
    factories.member(name="F", ended_on=DAY)  # entered by mistake: never held

    rows = Organization.objects.listed().with_standing()

    assert [(o, o.level_slug, o.joined_on, o.left_on, o.left_as) for o in rows] == [
        (current, "affiliate", DAY, None, ""),
        (former, "core", DAY, LATER, "resigned"),
        (returned, "core", DAY, None, ""),
    ]
    assert list(Organization.objects.former()) == [former]
    assert set(Organization.objects.members_on(DAY)) == {current, former, returned}
    assert set(Organization.objects.members_on(LATER)) == {current}
