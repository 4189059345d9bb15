"""Harm in every text of an application, and each page that shows it to anyone else."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse

from members import mailing
from members.applying.questions import STEPS
from members.models import Application, Mail
from tests import factories
from tests.applying import hostile
from tests.applying.hostile import EMAIL, MARK, TEXT, TURNED
from tests.test_conventions import PUBLIC, views
from tests.test_hostile import Page, cells
from tests.test_leaks import filled

pytestmark = pytest.mark.django_db
STARTS = ("/applications/", "/workbench/")


@pytest.fixture(autouse=True)
def mails_are_shown(settings):
    settings.MAIL_IS_SHOWN_ONLY = True


def named(user):
    user.first_name, user.last_name = TEXT[:140] + MARK, MARK
    user.save()
    return user


class People:
    def __init__(self):
        self.editor = named(factories.applicant(email=EMAIL))
        self.reader = named(factories.applicant())
        self.reviewer = named(factories.reviewer())
        self.officer = named(factories.officer())

    def all(self):
        return vars(self).items()


def drafted(people):
    application = factories.application(by=people.editor, given=hostile.answers())
    application.collaborators.create(user=people.reader, role="reader")
    application.invite(by=people.editor, email=EMAIL.replace("1", "2"), role="editor")
    application.attach(by=people.editor, name="<xss>שלום.txt", content=b"A letter")
    return application


def submitted(people):
    application = drafted(people)
    application.submit(by=people.editor)
    application.latest.website_check.note(False, "refused")
    return application


def reviewed(people):
    """With two revisions, a conversation, and advice."""
    application = submitted(people)
    application.take_up(by=people.officer)
    application.request_changes(by=people.officer, text=TEXT)
    saved = application.save_answers({"focus": f"More {TEXT}"}, by=people.editor)
    assert saved.is_complete
    application.reply(by=people.editor, text=TEXT)
    application.submit(by=people.editor)
    for visibility in ("staff", "reviewers", "applicant"):
        application.comment(by=people.officer, text=TEXT, visibility=visibility)
    for by in (people.officer, people.reviewer):
        application.recommend(by=by, advice="accept", reasons=TEXT)
    return application


def staged(people, outcome="accept"):
    application = reviewed(people)
    application.put_forward(by=people.officer)
    facts = {"reason": TEXT, "clause": TEXT[:190], "private_note": TEXT}
    proposals = [1, 2, 3] if outcome == "accept" else []
    factories.stage(
        application, by=people.officer, outcome=outcome, proposals=proposals, **facts
    )
    return application


def accepted(people):
    application = staged(people)
    application.release(by=people.officer)
    return application


def declined(people):
    application = staged(people, "decline")
    application.release(by=people.officer)
    return application


def withdrawn(people):
    application = submitted(people)
    application.withdraw(by=people.editor, reason=TEXT)
    return application


def addresses(application):
    """All that begins like a page of applicants, of the workbench or of mails."""
    documents = application.documents.all()
    values = {
        "public_id": [application.public_id],
        "step": [step.slug for step in STEPS],
        "number": ["1", "2"],
        "pk": [str(each.pk) for each in (*Mail.objects.all(), *documents)],
        "token": ["x"],
        "key": ["name"],
    }
    for _, route, _ in views():
        if route.startswith(STARTS):
            yield from filled(route, values)
    desk = reverse("members:workbench_application", args=[application.public_id])
    yield f"{desk}?from=1&to=2"
    yield "/workbench/?q=%22%3E%3Cxss%3E"
    yield "/workbench/mail/?q=%22%3E%3Cxss%3E"


@pytest.mark.parametrize(
    "scene", [drafted, submitted, reviewed, staged, accepted, declined, withdrawn]
)
def test_no_page_of_an_application_runs_or_mixes_what_was_typed(client, scene):
    people = People()
    application = scene(people)
    seen = {who: 0 for who, _ in people.all()}
    found = {}
    for who, user in people.all():
        client.force_login(user)
        for address in addresses(application):
            response = client.get(address)
            assert response.status_code in (200, 302, 403, 404, 405), address
            kind = response.get("Content-Type", "")
            if response.status_code == 200 and kind.startswith("text/html"):
                if faults := hostile.faults(response.text):
                    found[who, address] = faults
                seen[who] += MARK in response.text

    assert found == {}
    # A draft is its writers' own; what is withdrawn has one page for its applicants.
    assert seen["editor"] > 3
    assert seen["reader"] > 3
    assert seen["officer"] > (1 if scene is not drafted else 0)


def test_no_page_of_an_account_mixes_its_names_with_others(client):
    client.force_login(People().editor)
    seen = 0
    for _, route, _ in views():
        if route.startswith("/accounts/") and "<" not in route and "out" not in route:
            response = client.get(route)
            if response.status_code == 200 and "text/html" in response["Content-Type"]:
                assert hostile.faults(response.text) == [], route
                seen += MARK in response.text

    assert seen > 3


@pytest.mark.parametrize("scene", [reviewed, accepted])
def test_no_page_of_the_admin_runs_what_was_typed(client, scene):
    people = People()
    scene(people)
    client.force_login(people.officer)
    seen = 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        keys = model._base_manager.order_by("-pk").values_list("pk", flat=True)[:2]
        urls = [reverse(f"{name}_changelist")]
        urls += [reverse(f"{name}_change", args=[pk]) for pk in keys]
        urls += [reverse(f"{name}_history", args=[pk]) for pk in keys]
        for url in urls:
            response = client.get(url)
            if response.status_code == 200:
                assert Page(response.text).bad == [], url
                seen += MARK in response.text

    assert seen > 15


def test_no_public_page_of_a_member_runs_or_mixes_what_was_typed(client):
    application = accepted(People())
    organization = application.organization
    slugs = [each.community.slug for each in organization.services.all()]
    values = {
        "slug": [organization.slug, *slugs],
        "public_id": [organization.public_id],
        "community": slugs,
        "goal": ["workforce"],
        "key": ["x"],
        "section": ["organizations", "institutions"],
    }
    seen, names, found = 0, [], {}
    for name, route, _ in views():
        for address in filled(route, values) if name in PUBLIC else ():
            response = client.get(address)
            if response.get("Content-Type", "").startswith("text/html"):
                page = Page(response.text)
                names += [facts.get("name") for facts in page.linked]
                if faults := hostile.faults(response.text):
                    found[address] = faults
                seen += MARK in response.text

    assert found == {}
    assert seen > 3
    assert organization.name in names


def test_no_table_of_a_member_holds_a_formula(client):
    application = accepted(People())
    tables = [
        client.get(route).getvalue().decode()
        for name, route, _ in views()
        if name.endswith("_csv")
    ]

    for text in tables:
        assert [
            cell for cell in cells(text) if cell.startswith(tuple("=+-@\t\r"))
        ] == []
    assert any(f"'{application.organization.name}" in cells(text) for text in tables)


# Mails


@pytest.mark.parametrize("scene", [reviewed, accepted, declined, withdrawn])
def test_no_mail_runs_or_speaks_in_the_name_of_the_registry(scene):
    scene(People())
    mails = [mail for mail in Mail.objects.all() if mail.text]

    for mail in mails:
        assert Page(mail.html).bad == [], mail.kind
        assert "\n" not in mail.subject
        # What somebody wrote stands behind a “>”; of a name, only the beginning.
        for line in mail.text.splitlines():
            assert line.startswith(">") or "https://x.test/x" not in line, mail.kind
    assert len(mails) > 3
    assert any("https://x.test/x" in mail.text for mail in mails)


def test_each_mail_is_one_letter_to_one_address(settings):
    settings.MAIL_FROM = "registry@example.org"
    accepted(People())
    for mail in Mail.objects.exclude(text=""):
        letter = mailing.envelope(mail).content.decode()
        head, _, _ = letter.partition("\r\n\r\n")
        names = [line.partition(":")[0] for line in head.split("\r\n") if line[0] > " "]

        assert sorted(set(names)) == sorted(names)
        assert not {"Bcc", "Cc"} & set(names)


# Letters that hide, or that turn what stands beside them


def control_characters():
    codes = [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x200B, 0x200E, 0x200F]
    codes += [*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070)]
    codes += [0xFEFF, 0xFFF9, 0xE000]
    codes += [0xE0001, 0xE0041, 0xF0000, 0xD800]
    return [chr(code) for code in codes]


def test_no_answer_holds_a_character_that_hides():
    application = factories.application(given={})
    by = application.opened_by
    kept = []
    for char in control_characters():
        for key in ("name", "description", "lead-name", "website", "lead-email"):
            saved = application.save_answers({key: f"a{char}b"}, by=by)
            if not saved.problems:
                kept.append((key, char))
                assert char in "\n\r\t", (key, char)
            else:
                assert saved.problems[0].field == key
    assert all("\r" not in answer.value for answer in application.answers.all())
    assert {key for key, _ in kept} == {"description"}


@pytest.mark.parametrize("char", ["\0", "\u202e", "\u2066", "\x1b", "\ud800"])
def test_nothing_that_is_said_holds_a_character_that_hides(char):
    officer = factories.officer()
    application = factories.application(state="in_review")
    text = f"a{char}b"
    writes = {
        "comment": lambda: application.comment(by=officer, text=text),
        "reply": lambda: application.reply(by=application.opened_by, text=text),
        "changes": lambda: application.request_changes(by=officer, text=text),
        "advice": lambda: application.recommend(
            by=officer, advice="accept", reasons=text
        ),
        "attach": lambda: application.attach(
            by=application.opened_by, name=f"{text}.txt", content=b"x"
        ),
        "invite": lambda: application.invite(
            by=application.opened_by, email=f"{text}@example.org", role="editor"
        ),
    }
    for write in writes.values():
        with pytest.raises(ValidationError):
            write()

    assert not application.comments.exists()
    assert not application.documents.exists()


@pytest.mark.parametrize("field", ["reason", "private_note", "clause"])
def test_no_decision_holds_a_character_that_hides(field):
    application = factories.application(state="recommended")

    with pytest.raises(ValidationError):
        factories.stage(application, **{field: TURNED})

    assert not application.verdicts.exists()


@pytest.mark.parametrize("verb", ["withdraw", "expire", "take_back", "reopen"])
def test_no_reason_holds_a_character_that_hides(verb):
    officer = factories.officer()
    application = factories.application(state="recommended")
    if verb == "take_back":
        factories.stage(application)
    by = application.opened_by if verb == "withdraw" else officer

    with pytest.raises(ValidationError):
        getattr(application, verb)(by=by, reason=TURNED)


def test_ten_thousand_words_are_kept_and_told_to_be_too_long():
    application = factories.application()
    words = "word " * 10_000

    saved = application.save_answers({"description": words}, by=application.opened_by)

    assert saved.is_complete
    assert application.draft["description"] == words.strip()
    (problem,) = application.problems()
    assert problem.field == "description"
    assert "50,000" not in problem.text
    assert "49,999 characters long" in problem.text


def test_a_hundred_thousand_letters_are_the_most_of_a_draft():
    application = factories.application()

    saved = application.save_answers(
        {"description": "x" * 100_001, "focus": "Kept"}, by=application.opened_by
    )

    assert [problem.field for problem in saved.problems] == ["description"]
    assert Application.objects.get(pk=application.pk).draft["focus"] == "Kept"
