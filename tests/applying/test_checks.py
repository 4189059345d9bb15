"""What is found out by itself: websites, asked by a job, and the list of checks."""

import datetime as dt

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from members import checking, due
from members.models import Application, User, WebsiteCheck
from members.models.checks import Check, checks
from members.websites import Bounds
from tests import factories
from tests.applying import sites

pytestmark = pytest.mark.django_db
DATE = "1 March 2025, 12:00"


def submitted(**changed):
    return factories.application(state="submitted", given=factories.answers(**changed))


def website_check(application):
    return application.latest.website_check


def jobs(**values):
    return ProcrastinateJob.objects.filter(
        task_name="members.check_website",
        **{f"args__{name}": value for name, value in values.items()},
    )


def here(port):
    return Bounds(is_allowed=lambda address: True, ports=frozenset({port}))


def found(application, reviewer=None):
    """The checks by their names, but those that all of these share."""
    return [
        check
        for check in checks(application, reviewer)
        if check.words not in ("none is named", "not asked yet")
    ]


# The job


def test_submitting_has_the_website_asked_for():
    application = submitted(website="example.org/a")

    check = website_check(application)
    assert (check.url, check.answered, check.checked_at) == (
        "https://example.org/a",
        None,
        None,
    )
    (job,) = jobs(check_id=check.pk)
    assert job.args == {"check_id": check.pk}


def test_submitting_that_is_undone_asks_for_nothing():
    application = factories.application(state="draft")
    application.save_answers({"agreement": ""}, by=application.opened_by)

    with pytest.raises(Exception, match="This agreement is needed"):
        application.submit(by=application.opened_by)

    assert not jobs().exists()


def test_website_that_answers_is_asked_once():
    with sites.site(sites.ok()) as running:
        application = submitted(website=f"http://127.0.0.1:{running.port}/")
        check = website_check(application)
        jobs().delete()
        checking.check_website(check.pk, bounds=here(running.port))

    check.refresh_from_db()
    assert check.answered is True
    assert check.words == "answered with 200 in 0.0 s"
    assert timezone.now() - check.checked_at < dt.timedelta(seconds=10)
    assert not jobs().exists()


def test_website_that_does_not_answer_is_asked_again_some_times():
    check = website_check(submitted(website="https://nobody.invalid/"))
    for tries, pause in enumerate(checking.PAUSES):
        jobs().delete()
        checking.check_website(check.pk, tries)
        (job,) = jobs(check_id=check.pk, tries=tries + 1)
        left = job.scheduled_at - timezone.now()
        assert pause * 0.9 < left <= pause
    jobs().delete()
    checking.check_website(check.pk, len(checking.PAUSES))

    check.refresh_from_db()
    assert check.answered is False
    assert check.words.startswith("the name ")
    assert not jobs().exists()


def test_website_that_answers_at_last():
    with sites.site(sites.says("HTTP/1.1 503 Busy")) as running:
        check = website_check(submitted(website=f"http://127.0.0.1:{running.port}/"))
        checking.check_website(check.pk, bounds=here(running.port))
        check.refresh_from_db()
        assert check.answered is False
        running.answer = sites.ok()
        checking.check_website(check.pk, 1, bounds=here(running.port))

    check.refresh_from_db()
    assert check.answered is True


def test_private_website_is_not_asked_and_not_again():
    with sites.site(sites.ok()) as running:
        check = website_check(submitted(website="http://localhost/"))
        jobs().delete()
        checking.check_website(check.pk)

    check.refresh_from_db()
    assert check.answered is False
    assert check.words == "leads to a private address: not asked"
    assert not jobs().exists()
    assert running.asked == []


def test_a_check_that_is_gone_is_nothing_to_do():
    checking.check_website(0)

    assert not jobs().exists()


def test_the_worker_knows_the_job_by_its_name():
    check = website_check(submitted(website="http://localhost/"))
    (job,) = jobs(check_id=check.pk)

    app.perform_import_paths()
    app.tasks[job.task_name](**job.args)

    check.refresh_from_db()
    assert check.answered is False


def test_nothing_is_asked_where_no_website_is_named():
    check = website_check(submitted())
    jobs().delete()
    WebsiteCheck.objects.filter(pk=check.pk).update(url="")

    checking.check_website(check.pk)

    check.refresh_from_db()
    assert check.answered is None
    assert checking.recover(grace=dt.timedelta(0)) == 0


def test_check_that_lost_its_job_is_caught_up_with_once():
    check = website_check(submitted())
    jobs().delete()
    now = timezone.now()
    assert checking.recover() == 0  # it may be on its way

    assert checking.recover(grace=now - timezone.now()) == 1
    assert checking.recover(grace=now - timezone.now()) == 0
    assert jobs(check_id=check.pk).count() == 1


def test_check_that_was_done_is_not_caught_up_with():
    check = website_check(submitted())
    jobs().delete()
    check.note(False, "refused")

    assert checking.recover(grace=dt.timedelta(0)) == 0


def test_due_work_catches_up_with_checks():
    assert due.WORK["websites that nobody asked"] is checking.recover


def test_address_that_is_too_long_with_its_scheme_is_told():
    application = factories.application(
        given=factories.answers(website=f"example.org/{'a' * 485}")
    )

    problems = [each for each in application.problems() if each.field == "website"]

    assert len(problems) == 1


# The list


def test_all_is_well():
    institution = factories.institution(
        name="Universität Konstanz",
        ror_id="0546hnb39",
        ror_modified_on=dt.date(2025, 1, 1),
    )
    application = submitted(website="https://example.org/", hosts=[str(institution.pk)])
    check = website_check(application)
    check.note(True, "answered with 200 in 0.3 s")
    moment = dt.datetime(2025, 3, 1, 12, tzinfo=timezone.get_current_timezone())
    WebsiteCheck.objects.filter(pk=check.pk).update(checked_at=moment)
    application = Application.objects.get(pk=application.pk)
    reviewer = factories.reviewer()

    assert checks(application, reviewer) == [
        Check(
            "Host institution",
            True,
            "found at ROR, active",
            "https://ror.org/0546hnb39",
            "Universität Konstanz",
        ),
        Check(
            "Website",
            True,
            f"answered with 200 in 0.3 s ({DATE})",
            "https://example.org/",
            "https://example.org/",
        ),
        Check("Duplicate", True, "nothing like it is known"),
        Check("Completeness", True, "all that is asked for is there"),
        Check("Conflict of interest", True, "none is known", about=reviewer.email),
    ]


@pytest.mark.parametrize(
    ("facts", "is_good", "words"),
    [
        ({"ror_id": None}, False, "has no ROR record"),
        (
            {"ror_modified_on": None},
            None,
            "has a ROR id, not yet compared with the records of ROR",
        ),
        ({"status": "inactive"}, False, "found at ROR, but inactive"),
        ({"status": "withdrawn"}, False, "found at ROR, but withdrawn by ror"),
    ],
)
def test_institutions_that_are_not_as_they_should_be(facts, is_good, words):
    known = {"ror_id": "0546hnb39", "ror_modified_on": dt.date(2025, 1, 1)}
    institution = factories.institution(name="Institute", **(known | facts))
    check, *_ = checks(submitted(hosts=[str(institution.pk)]))

    assert (check.name, check.is_good, check.words, check.about) == (
        "Host institution",
        is_good,
        words,
        "Institute",
    )


def test_institutions_succeeded_gone_and_not_chosen():
    successor = factories.institution(name="Successor")
    ended = factories.institution(
        ror_id="0546hnb39", status="inactive", successor=successor
    )
    gone = factories.institution()
    application = submitted(
        hosts=[str(ended.pk), str(gone.pk)], unlisted_hosts="Ours\nYours"
    )
    gone.delete()

    hosts = [check for check in checks(application) if check.name == "Host institution"]
    assert [(each.is_good, each.words) for each in hosts] == [
        (False, "found at ROR, but inactive; its successor is Successor"),
        (False, "no longer in the registry"),
        (None, "named by the applicants, not chosen from the institutions of ROR"),
        (None, "named by the applicants, not chosen from the institutions of ROR"),
    ]
    assert [each.about for each in hosts[2:]] == ["Ours", "Yours"]


@pytest.mark.parametrize(
    ("answer", "is_good", "said"),
    [("us", None, "this is us"), ("another", True, "this is another")],
)
def test_duplicates_with_what_the_applicants_say(answer, is_good, said):
    member = factories.member(name="Solvers", website="https://solvers.example.org")
    application = submitted(
        **{
            "website": "https://www.solvers.example.org/",
            f"duplicate-organization-{member.public_id}": answer,
        }
    )

    (check,) = [each for each in checks(application) if each.name == "Duplicate"]
    assert check == Check(
        "Duplicate",
        is_good,
        f"member: the same website; the applicants say: {said}",
        member.get_absolute_url(),
        "Solvers",
    )


def test_duplicate_that_nobody_spoke_of_yet():
    application = submitted(website="https://solvers.example.org/")
    factories.member(name="Solvers", website="https://solvers.example.org")
    application = Application.objects.get(pk=application.pk)

    (check,) = [each for each in checks(application) if each.name == "Duplicate"]
    assert check.is_good is False
    assert check.words.endswith("the applicants say: nothing yet")


def test_an_accepted_application_is_no_duplicate_of_its_own_organization():
    application = factories.application(state="accepted")
    application = Application.objects.get(pk=application.pk)

    (check,) = [each for each in checks(application) if each.name == "Duplicate"]
    assert check == Check("Duplicate", True, "nothing like it is known")


def test_what_was_complete_may_lack_something_now():
    application = submitted()
    factories.Community.objects.all().delete()
    application = Application.objects.get(pk=application.pk)

    (check,) = [each for each in checks(application) if each.name == "Completeness"]
    assert check.is_good is False
    assert check.words == (
        "“Which of these do you serve or provide?”: Something that was chosen here "
        "is no longer offered: choose again."
    )


def test_a_draft_lacks_much():
    application = factories.application(given={"name": "New"})

    (check,) = [each for each in checks(application) if each.name == "Completeness"]
    assert check.is_good is False
    assert check.words.startswith(
        "“Focus”: This is needed. “Website”: This is needed. "
    )
    assert check.words.endswith(" more.")


def test_conflict_of_interest_of_a_reviewer():
    reviewer = factories.reviewer()
    application = submitted(lead__email=reviewer.email)

    *_, check = checks(application, reviewer)
    assert check == Check(
        "Conflict of interest",
        False,
        "is named in the application: who has one decides nothing",
        about=reviewer.email,
    )


@pytest.mark.parametrize("number", [1, 3])
def test_checks_take_a_constant_number_of_queries(number, django_assert_num_queries):
    hosts = [str(factories.institution().pk) for _ in range(number)]
    for _ in range(number):
        factories.member(website="https://solvers.example.org")
    application = submitted(hosts=hosts, website="https://example.org")
    application = Application.objects.get(pk=application.pk)
    reviewer = User.objects.get(pk=factories.reviewer().pk)
    reviewer.has_perm("members.review_application")

    with django_assert_num_queries(15):
        checks(application, reviewer)
