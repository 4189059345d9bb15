"""What the database refuses is an error of the form, and nothing typed is lost."""

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import (
    Community,
    Institution,
    Name,
    Organization,
    Person,
    PolicyValue,
    Representative,
    Service,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer(client):
    client.force_login(factories.officer())


def page(model, record=None):
    opts = model._meta
    name = f"admin:{opts.app_label}_{opts.model_name}"
    if record:
        return reverse(f"{name}_change", args=[record.pk])
    return reverse(f"{name}_add")


def as_sent(response):
    """What a browser would send from a page of the admin when nothing is typed."""
    formsets = [each.formset for each in response.context["inline_admin_formsets"]]
    forms = [response.context["adminform"].form]
    forms += [each.management_form for each in formsets]
    forms += [form for each in formsets for form in each.forms]
    return {
        field.html_name: "" if field.value() is None else str(field.value())
        for form in forms
        for field in form
        if field.value() is not False
    }


def rows(prefix, *several):
    """The fields of new rows of an inline without rows."""
    fields = {f"{prefix}-TOTAL_FORMS": len(several)}
    for number, row in enumerate(several):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def send(client, model, typed, record=None):
    url = page(model, record)
    return client.post(url, as_sent(client.get(url)) | typed)


def errors(response):
    assert response.status_code == 200, "it was saved"
    return " ".join(str(error) for error in response.context["errors"])


SERVICE = {"started_on": "2024-01-01"}


def service_rows(community, *periods):
    return rows(
        "services",
        *({"community": community.pk, "started_on": start} for start in periods),
    )


def test_a_service_that_overlaps_one_of_the_table(client):
    served, community = factories.organization(), factories.community()
    factories.service(organization=served, community=community)

    response = send(
        client,
        Service,
        {
            "organization": served.pk,
            "community": community.pk,
            "started_on": "2024-06-01",
        },
    )

    assert "serves this one in that time already" in errors(response)


def test_two_new_rows_that_overlap_each_other(client):
    """No form knows of the other one: the database says it."""
    served, community = factories.organization(), factories.community()
    typed = service_rows(community, "2024-01-01", "2024-06-01")

    response = send(client, Organization, {**typed, "focus": "Typed just now"}, served)

    assert "serves this one in that time already" in errors(response)
    assert "Nothing was saved" in errors(response)
    assert 'value="2024-06-01"' in response.text
    assert "Typed just now" in response.text
    assert not Service.objects.exists()
    served.refresh_from_db()
    assert served.focus == ""


def test_two_new_seat_holders_at_one_time(client):
    served = factories.organization()
    holders = [
        {
            "person": factories.person().pk,
            "role": "seat_holder",
            "visibility": "staff",
            "started_on": "2024-01-01",
        }
        for _ in range(2)
    ]

    response = send(client, Organization, rows("representatives", *holders), served)

    assert "Somebody else holds this organization" in errors(response)
    assert not Representative.objects.exists()


def test_a_second_seat_holder(client):
    served = factories.organization()
    factories.representative(organization=served, role="seat_holder")

    response = send(
        client,
        Representative,
        {
            "organization": served.pk,
            "person": factories.person().pk,
            "role": "seat_holder",
        },
    )

    assert "Somebody else holds this organization" in errors(response)


def test_an_end_before_its_start(client):
    dates = {"started_on": "2024-02-01", "ended_on": "2024-01-01"}
    person = {"person": factories.person().pk, "role": "lead", "visibility": "staff"}
    host = {"institution": factories.institution().pk, "role": "host"}
    typed = rows("services", {"community": factories.community().pk, **dates})
    typed |= rows("hosts", host | dates) | rows("representatives", person | dates)

    response = send(client, Organization, typed, factories.organization())

    assert errors(response).count("The end is before the start") == 3


NEW = [
    ("name", "  ÉCOLE   des sciences", "organization with this name already"),
    ("short_name", "eds", "organization with this short name already"),
    ("slug", "taken", "Slug already exists"),
    ("slug", "former", "belonged to another organization"),
    ("name", "\u200b", "invisible character"),
    ("name", "", "required"),
    ("name", "With\0NUL", "Null characters"),
    ("name", "x" * 10_000, "at most 300 characters"),
    ("focus", "x" * 10_000, "at most 500 characters"),
    ("description", "With\0NUL", "Null characters"),
    ("website", "javascript:alert(1)", "Enter a valid URL"),
    ("website", "https://x.test/" + "x" * 10_000, "at most 500 characters"),
]


def test_a_new_organization(client):
    there = factories.organization(
        name="Ecole des Sciences", short_name="EDS", slug="taken"
    )
    there.old_slugs.create(slug="former")
    empty = as_sent(client.get(page(Organization)))
    facts = {**empty, "name": "Another one", "slug": "another-one"}

    for field, typed, message in NEW:
        response = client.post(page(Organization), facts | {field: typed})

        assert message in errors(response)
        assert Organization.objects.count() == 1


def test_huge_text_that_is_allowed_is_kept(client):
    typed = {"name": "Big", "description": "long words " * 50_000}

    response = send(client, Organization, typed)

    assert response.status_code == 302
    assert Organization.objects.get().slug == "big"


def test_an_address_is_made_of_the_short_name(client):
    factories.organization(slug="eds")

    send(client, Organization, {"name": "Ecole des Sciences", "short_name": "EDS"})

    assert Organization.objects.get(short_name="EDS").slug == "eds-2"


OTHERS = [
    (Institution, {"name": "X", "ror_id": "05gq02988"}, "checksum that fits"),
    (Institution, {"name": "X", "country_code": "de"}, "two capitals"),
    (Institution, {"name": "X", "latitude": "100", "longitude": "0"}, "on Earth"),
    (Institution, {"name": "X", "other_names": "a\0b"}, "Null characters"),
    (Community, {"name": "X", "kind": "else", "slug": "x"}, "valid choice"),
    (Person, {"name": "X", "email": "nobody"}, "valid email"),
    (
        PolicyValue,
        {"key": "supermajority", "value": "most"},
        "Expected a fraction, like 2/3",
    ),
    (PolicyValue, {"key": "supermajority", "value": "3/2"}, "at most 1"),
    (PolicyValue, {"key": "inactive_months", "value": "\0"}, "Null characters"),
]


def test_other_records(client):
    empty = {each: as_sent(client.get(page(each))) for each, _, _ in OTHERS}
    for model, facts, message in OTHERS:
        before = model.objects.count()

        assert message in errors(client.post(page(model), empty[model] | facts))

        assert model.objects.count() == before


def test_a_community_named_alike(client):
    factories.community(name="Climate Science")

    typed = {"name": "CLIMATE  science", "kind": "community", "slug": "climate-2"}

    assert "with this name already" in errors(send(client, Community, typed))


def test_a_translated_name_without_its_language(client):
    typed = rows("names", {"kind": "translated", "text": "Verein"})

    response = send(client, Organization, typed, factories.organization())

    assert "needs its language" in errors(response)


def test_two_new_names_alike(client):
    typed = rows(
        "names",
        {"kind": "former", "text": "Old Name"},
        {"kind": "former", "text": "OLD  name"},
    )

    response = send(client, Organization, typed, factories.organization())

    assert "has this name already" in errors(response)
    assert not Name.objects.exists()


def test_a_choice_that_is_no_key(client):
    """An autocomplete shows the form again, whatever was sent in its place."""
    typed = rows("services", {"community": "x y", "started_on": "2024-01-01"})

    response = send(client, Organization, typed, factories.organization())

    assert "valid choice" in errors(response)


def test_a_policy_value_that_was_in_force_stays(client):
    value = PolicyValue.objects.first()
    today = timezone.localdate()

    assert client.post(page(PolicyValue, value), {"value": "1/3"}).status_code == 403
    added = client.post(
        page(PolicyValue),
        {"key": "supermajority", "value": "3/4", "started_on": str(today)},
    )

    assert added.status_code == 302
    assert str(PolicyValue.objects.value("supermajority")) == "3/4"


def test_an_address_with_nul_is_refused(client):
    url = reverse("admin:members_organization_changelist")

    for name in ("q", "o", "name__exact", "standing", "level", "p"):
        assert client.get(f"{url}?{name}=%00").status_code == 400, name


def test_an_address_that_means_nothing_still_shows_a_list(client):
    url = reverse("admin:members_organization_changelist")

    for query in ("standing=x", "level=x", "care=x", "o=99", "p=x", "_facets=x"):
        assert client.get(f"{url}?{query}", follow=True).status_code == 200, query


def delete(client, record):
    opts = record._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_delete", args=[record.pk])
    return client.post(url, {"post": "yes"})


def test_what_others_refer_to_is_not_deleted_and_the_page_says_why(client):
    community = factories.community(name="Climate")
    factories.service(organization=factories.organization(), community=community)

    refused = delete(client, community)

    assert refused.status_code == 200
    assert "would require deleting the following protected" in refused.text
    assert Community.objects.count() == 1


def test_what_nobody_refers_to_is_deleted(client):
    for record in (
        factories.community(),
        factories.institution(),
        factories.person(),
        factories.service(
            organization=factories.organization(), community=factories.community()
        ),
    ):
        assert delete(client, record).status_code == 302
        assert not type(record).objects.filter(pk=record.pk).exists()


def test_several_are_deleted_where_each_may_be(client):
    kept, gone = factories.community(), factories.community()
    factories.service(organization=factories.organization(), community=kept)
    url = reverse("admin:members_community_changelist")

    def choose(*records):
        keys = [record.pk for record in records]
        sent = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
        return client.post(url, sent)

    assert "protected" in choose(kept, gone).text
    assert Community.objects.count() == 2
    choose(gone)
    assert list(Community.objects.all()) == [kept]


def test_what_answers_for_ever_offers_no_deletion(client):
    record = factories.organization()
    factories.representative(organization=record)
    listed = client.get(reverse("admin:members_organization_changelist"))
    shown = client.get(page(Organization, record))

    assert "delete_selected" not in listed.text
    assert "deletelink" not in shown.text
    assert delete(client, record).status_code == 403
    assert "representatives-0-DELETE" not in shown.text
    assert Organization.objects.filter(pk=record.pk).exists()
