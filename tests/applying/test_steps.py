"""Writing an application: each answer is kept, whoever writes and whatever happens."""

import re

import pytest
from django.urls import reverse

from tests import factories
from tests.applying.scenes import (
    HTMX,
    address,
    colleague,
    draft,
    form,
    says,
    writer,
)

pytestmark = pytest.mark.django_db

STEPS = ["organization", "services", "commitments", "people", "level"]


def test_each_step_shows_its_questions_and_what_was_answered(client):
    application = writer(client)

    for step in STEPS:
        page = client.get(address("step", application, step))
        assert page.status_code == 200
        for key, question in application.questions.items():
            shown = f'id="answer-{key}"' in page.text
            offered = question.step == step
            assert shown == offered, key
        assert "no-store" in page["Cache-Control"]


def test_a_step_saves_and_leads_on(client):
    application = draft(client)
    sent = form(application, name="Alder", focus="Solvers") | {"then": "next"}

    response = client.post(address("step", application, "organization"), sent)

    assert response["Location"] == address("step", application, "services")
    assert says(application, "name") == "Alder"
    assert says(application, "focus") == "Solvers"


def test_the_last_step_leads_to_the_preview(client):
    application = draft(client)

    sent = form(application, level="core", agreement="on") | {"then": "next"}
    response = client.post(address("step", application, "level"), sent)

    assert response["Location"] == address("preview", application)
    assert says(application, "agreement") is True


def test_an_answer_is_saved_as_its_field_is_left(client):
    application = draft(client, name="Alder")

    sent = form(application, name="Elder")
    response = client.post(address("answer", application, "name"), sent, headers=HTMX)

    assert response.status_code == 200
    assert "Saved" in response.text
    assert 'name="seen-name" id="seen-name" value="2"' in response.text
    assert 'id="progress"' in response.text
    assert says(application, "name") == "Elder"


def test_boxes_that_nobody_checks_are_saved_as_none(client):
    application = writer(client)
    assert says(application, "communities")

    sent = {"seen-communities": 1}
    client.post(address("answer", application, "communities"), sent, headers=HTMX)

    assert says(application, "communities") == []


def test_the_later_of_two_colleagues_sees_what_changed_and_loses_nothing(client):
    application = draft(client, focus="Before")
    sent = form(application, focus="Mine", name="Alder")
    ben = colleague(application)
    application.save_answers({"focus": "Theirs"}, by=ben)

    page = client.post(address("step", application, "organization"), sent)

    assert page.status_code == 409
    assert 'value="Mine"' in page.text
    assert "Ben Bitdiddle" in page.text
    assert "<p>Theirs</p>" in page.text
    assert says(application, "focus") == "Theirs"
    assert says(application, "name") == "Alder"
    # Sent again without a choice, it is a conflict again.
    assert client.post(address("step", application, "organization"), sent).status_code


@pytest.mark.parametrize(
    ("button", "left"), [("keep", "Mine"), ("take", "Theirs"), ("", "Theirs")]
)
@pytest.mark.parametrize("name", ["step", "answer"])
def test_of_two_versions_one_is_chosen(client, name, button, left):
    application = draft(client, focus="Before")
    sent = form(application, focus="Mine")
    application.save_answers({"focus": "Theirs"}, by=colleague(application))
    place = "organization" if name == "step" else "focus"
    headers = HTMX if name == "answer" else {}

    choice = {"theirs-focus": 2, button: "focus"}
    response = client.post(
        address(name, application, place), sent | choice, headers=headers
    )

    assert response.status_code == (
        409 if not button else 302 if name == "step" else 200
    )
    assert says(application, "focus") == left


@pytest.mark.parametrize(("button", "left"), [("keep", "mine"), ("take", "theirs")])
def test_of_two_choices_of_boxes_one_is_chosen_and_the_page_is_read_anew(
    client, button, left
):
    boxes = {name: str(factories.community().pk) for name in ("mine", "theirs")}
    application = draft(client, communities=[str(factories.community().pk)])
    sent = form(application, communities=[boxes["mine"]])
    ben = colleague(application)
    application.save_answers({"communities": [boxes["theirs"]]}, by=ben)
    path = address("answer", application, "communities")

    told = client.post(path, sent, headers=HTMX)
    choice = {"theirs-communities": 2, button: "communities"}
    response = client.post(path, sent | choice, headers=HTMX)

    assert told.status_code == 409
    assert response["HX-Refresh"] == "true"
    assert says(application, "communities") == [boxes[left]]


def test_to_keep_ones_own_is_asked_again_if_it_changed_once_more(client):
    application = draft(client, focus="Before")
    sent = form(application, focus="Mine")
    ben = colleague(application)
    application.save_answers({"focus": "Theirs"}, by=ben)
    application.save_answers({"focus": "Theirs too"}, by=ben)

    choice = {"theirs-focus": 2, "keep": "focus"}
    page = client.post(address("step", application, "organization"), sent | choice)

    assert page.status_code == 409
    assert "Theirs too" in page.text
    assert says(application, "focus") == "Theirs too"


def test_what_only_others_changed_is_no_conflict(client):
    """A form sends back all that it showed."""
    application = draft(client, focus="Before", name="Alder")
    sent = form(application, focus="Before", name="Elder", website="")
    ben = colleague(application)
    application.save_answers({"focus": "Theirs", "website": "a.test"}, by=ben)

    page = client.post(address("step", application, "organization"), sent, follow=True)

    assert page.status_code == 200
    assert "Changed meanwhile by Ben Bitdiddle" in page.text
    assert says(application, "focus") == "Theirs"
    assert says(application, "website") == "a.test"
    assert says(application, "name") == "Elder"


def test_a_forged_version_overwrites_nothing(client):
    application = draft(client, focus="Before")
    path = address("answer", application, "focus")

    for version in ("", "x", "-1", "99", "1" * 400, "²"):
        sent = {"focus": "Mine", "seen-focus": version}
        assert client.post(path, sent, headers=HTMX).status_code == 409, version
        assert says(application, "focus") == "Before"


def test_nonsense_is_told_at_its_field_and_all_else_is_saved(client):
    application = draft(client)

    sent = form(application, name="Al\x00der", focus="Solvers")
    page = client.post(address("step", application, "organization"), sent)

    assert page.status_code == 422
    assert "invisible character" in page.text
    assert "U+0000" in page.text
    assert says(application, "name") is None
    assert says(application, "focus") == "Solvers"


def test_an_answer_that_nobody_asks_for_is_not_there(client):
    application = draft(client)

    response = client.post(
        address("answer", application, "state"), {"state": "accepted"}, headers=HTMX
    )

    assert response.status_code == 404
    assert not application.answers.exists()


def test_unknown_fields_of_a_form_are_no_answers(client):
    application = draft(client)

    sent = form(application, name="Alder") | {"state": "accepted", "level": "core"}
    client.post(address("step", application, "organization"), sent)

    assert set(application.answers.values_list("key", flat=True)) == {"name"}


def test_hosts_are_found_and_chosen_without_a_script(client):
    application = draft(client)
    place = factories.institution(
        name="Universität Konstanz", city="Konstanz", ror_id="0546hnb39"
    )
    path = address("step", application, "organization")

    found = client.post(
        path,
        form(application, name="Alder")
        | {"hosts_q": "uni konstanz", "hosts_search": "1"},
    )
    assert f'name="hosts" value="{place.pk}"' in found.text
    client.post(path, form(application, hosts=[place.pk]))

    assert says(application, "name") == "Alder"
    assert says(application, "hosts") == [str(place.pk)]
    page = client.get(path)
    assert f'value="{place.pk}" id="id_hosts_0" checked' in page.text


def test_a_chosen_host_stands_in_its_field_at_once(client):
    application = draft(client)
    place = factories.institution(name="Universität Konstanz")

    response = client.post(
        address("answer", application, "hosts"),
        {"hosts": [place.pk], "seen-hosts": 0},
        headers=HTMX,
    )

    assert response["HX-Retarget"] == "#answer-hosts"
    assert "Universität Konstanz" in response.text
    assert "checked" in response.text


def test_a_host_that_does_not_exist_is_refused(client):
    application = draft(client)

    page = client.post(
        address("step", application, "organization"), form(application, hosts=["7"])
    )

    assert page.status_code == 422
    assert says(application, "hosts") is None


def test_proposals_are_offered_by_name_once_they_have_one(client):
    application = draft(client, **{"proposal-2-name": "Plasma"})

    page = client.get(address("step", application, "commitments"))

    assert "<bdi>Plasma</bdi> (proposed)" in page.text
    assert "Your proposal" not in page.text


def test_too_late_to_write_says_so_and_shows_the_answers(client):
    application = writer(client, state="submitted")
    path = address("step", application, "organization")

    saved = client.post(path, {"name": "Elder", "seen-name": 1})
    answer = client.post(
        address("answer", application, "name"), {"name": "E"}, headers=HTMX
    )

    assert saved.status_code == 409
    assert "too late" in saved.text
    assert 'value="Elder"' in saved.text
    assert (answer.status_code, "Not saved" in answer.text) == (422, True)
    assert says(application, "name") != "Elder"
    page = client.get(path)
    assert "<form" not in page.text.split("<main")[1]
    assert application.title in page.text


def test_the_bar_tells_what_is_missing_in_each_step(client):
    application = draft(client, name="Alder")

    page = client.get(address("step", application, "people"))

    steps = {step.slug: number for step, number in page.context["steps"]}
    assert steps == {
        "organization": 2,
        "services": 1,
        "commitments": 7,
        "people": 4,
        "level": 2,
    }
    assert "0 of 5 steps are complete" in page.text


def test_a_new_application_is_started_by_a_post(client):
    user = factories.applicant()
    client.force_login(user)
    path = reverse("members:application_open")

    assert client.get(path).status_code == 405
    response = client.post(path)

    (collaboration,) = user.collaborations.all()
    application = collaboration.application
    assert response["Location"] == address("step", application, "organization")
    assert collaboration.role == "editor"


def test_what_is_required_is_marked(client):
    application = draft(client)

    page = client.get(address("step", application, "organization"))

    marked = re.findall(r'for="id_(\w+)"[^>]*>\s*[^<]+<span class="needed">', page.text)
    assert marked == ["name", "focus", "website"]
    assert "What is marked" in page.text
    page = client.get(address("step", application, "services"))
    assert "What is marked" not in page.text


def test_a_conflict_and_a_refusal_say_of_which_answer(client):
    application = draft(client, name="Alder", focus="Ours")
    typed = form(application, focus="Mine", short_name="x\u202ey")
    application.save_answers({"focus": "Theirs"}, by=colleague(application))

    page = client.post(address("step", application, "organization"), typed)

    notice = page.text.split('role="alert"')[1].split("</div>")[0]
    assert '<a href="#answer-focus">Focus</a>: compare' in notice
    assert '<a href="#answer-short_name">Short name or acronym</a>:' in notice
