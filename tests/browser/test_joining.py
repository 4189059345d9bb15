"""The whole way of an organization into the consortium, in a browser.

An applicant and a colleague sign up, by the mails that they are sent, and write an
application together; staff review it, ask for changes, and accept it. Once as most
people browse, with each answer saved as it is left, and once without JavaScript.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

# Unlike enough that neither is taken for the other.
NAMES = {
    "javascript": "Інститут Спільних Обчислень ‒ Institute for Shared Solvers",
    "plain": "مؤسسة البرمجيات البحثية المفتوحة",
}
GOALS = 7


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def journey(request, open_page, signed_in):
    return Journey(open_page, signed_in, javascript=request.param)


class Journey:
    """Windows of those who take part, and the steps that they take in them."""

    def __init__(self, open_page, signed_in, *, javascript):
        self.open_page, self.javascript = open_page, javascript
        self.kind = "javascript" if javascript else "plain"
        self.name = NAMES[self.kind]
        self.officer = open_page("/workbench/", state=signed_in, javascript=javascript)
        self.windows = [self.officer]

    def window(self, path):
        page = self.open_page(path, javascript=self.javascript)
        self.windows.append(page)
        return page

    def mail_to(self, address):
        """The text of the newest mail to somebody, as the workbench shows it."""
        self.officer.goto(f"/workbench/mail/?q={address}")
        self.officer.locator("tbody th a").first.click()
        return self.officer.locator("main").inner_text()

    def link_to(self, address):
        """The link of the newest invitation of somebody."""
        return re.search(r"http\S+/invitations/\S+", self.mail_to(address))[0]

    def sign_up(self, page, name, address):
        page.get_by_role("link", name="Sign up").click()
        page.get_by_label("Your name").fill(name)
        page.get_by_label("E-mail address").fill(address)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign up").click()
        code = re.search(r"^([0-9A-Z-]{6,})$", self.mail_to(address), re.M)[1]
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Go on").click()

    def answer(self, page, answers):
        """Type `answers` by key, and leave each; without scripts, save at the end."""
        for key, value in answers.items():
            field = page.locator(f"[name='{key}']")
            if value is True:
                field.check()
            elif field.first.get_attribute("type") == "radio":
                page.locator(f"[name='{key}'][value='{value}']").check()
            elif field.first.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
                field.blur()
            if self.javascript:
                expect(page.locator(f"#said-{key}")).to_contain_text("Saved")
        if not self.javascript:
            with page.expect_navigation():
                page.get_by_role("button", name="Save and go on").click()
            expect(page.locator(".notice-amiss")).to_have_count(0)

    def go_to(self, page, step):
        page.get_by_role("navigation", name="Parts of this application").get_by_role(
            "link", name=step
        ).click()

    def desk(self):
        """The officer's page of the application."""
        self.officer.goto(f"/workbench/?q={self.name.split()[0]}")
        self.officer.get_by_role("link", name=self.name).first.click()
        return self.officer


def organization(journey):
    return {
        "name": journey.name,
        "short_name": f"IOC-{journey.kind}",
        "focus": "Solvers that laboratories share",
        "website": f"https://{journey.kind}.shared-solvers.example.org",
    }


def commitments(page):
    goals = [each.get_attribute("id") for each in page.locator(".goal-group").all()]
    assert len(goals) == GOALS
    answers = {}
    for number, goal in enumerate(goals):
        answers[f"{goal}-effort"] = "leads" if number == 0 else "contributes"
        answers[f"{goal}-statement"] = f"We do our part for goal {number + 1}."
    return answers


def people(journey):
    return {
        "lead-name": "Олена Ткаченко",
        "lead-email": f"lead-{journey.kind}@example.org",
        "primary_contact-name": "Grace Hopper",
        "primary_contact-email": f"contact-{journey.kind}@example.org",
        "seat_holder-name": "Олена Ткаченко",
        "seat_holder-email": f"lead-{journey.kind}@example.org",
    }


def test_an_organization_joins(journey):
    applicant = write_together(journey)
    submit(journey, applicant)
    change_what_was_asked(journey, applicant)
    decide(journey, applicant)
    read_the_decision(journey, applicant)
    find_the_member(journey)
    claim_the_lead(journey)

    assert [page.complaints for page in journey.windows if page.complaints] == []
    assert [page.strangers for page in journey.windows if page.strangers] == []


def write_together(journey):
    """Two accounts, by the mails that are sent, and a draft that both write."""
    ada, bob = (f"{name}-{journey.kind}@example.org" for name in ("ada", "bob"))
    applicant = journey.window("/applications/")
    journey.sign_up(applicant, "Ada Byron", ada)
    expect(applicant.get_by_role("heading", level=1)).to_have_text("Your applications")
    applicant.get_by_role("button", name="Start an application").click()
    journey.go_to(applicant, "Organization")
    journey.answer(applicant, organization(journey))

    journey.go_to(applicant, "Colleagues")
    applicant.get_by_label("e-mail").fill(bob)
    applicant.get_by_role("button", name="Send the invitation").click()
    colleague = journey.window(journey.link_to(bob))
    journey.sign_up(colleague, "Bob Noyce", bob)
    colleague.get_by_role("button", name="Take part").click()
    journey.go_to(colleague, "Commitments")
    journey.answer(colleague, commitments(colleague))
    return applicant


def submit(journey, applicant):
    """What is left, in another order; nothing is lost by leaving and coming back."""
    journey.go_to(applicant, "People")
    journey.answer(applicant, people(journey))
    journey.go_to(applicant, "Communities")
    applicant.get_by_label("Numerical libraries", exact=True).check()
    if journey.javascript:
        expect(applicant.locator("#said-communities")).to_contain_text("Saved")
    else:
        with applicant.expect_navigation():
            applicant.get_by_role("button", name="Save", exact=True).last.click()
    journey.go_to(applicant, "Level")
    journey.answer(applicant, {"level": "core", "agreement": True})
    applicant.goto("/applications/")
    applicant.get_by_role("link", name=journey.name).click()
    journey.go_to(applicant, "Organization")
    expect(applicant.locator("[name=name]")).to_have_value(journey.name)

    journey.go_to(applicant, "Preview")
    expect(applicant.get_by_text("We do our part for goal 7.")).to_be_visible()
    applicant.get_by_role("button", name="Submit the application").click()
    expect(applicant.locator("#state")).to_have_text("Received, waiting to be taken up")


def change_what_was_asked(journey, applicant):
    """Staff open the draft again; the next revision shows what changed."""
    asked = "Please tell us your focus."
    desk = journey.desk()
    desk.get_by_role("button", name="Take it up").click()
    desk.locator("summary", has_text="Request changes").click()
    desk.get_by_label("What should they change?").fill(asked)
    desk.get_by_role("button", name="Request changes").click()
    assert asked in journey.mail_to(f"ada-{journey.kind}@example.org")

    applicant.reload()
    expect(applicant.locator("#state")).to_have_text("Waiting for your changes")
    expect(applicant.get_by_text(asked).first).to_be_visible()
    journey.go_to(applicant, "Organization")
    journey.answer(applicant, {"focus": "Sparse solvers, tested together"})
    journey.go_to(applicant, "Preview")
    applicant.get_by_role("button", name="Submit the application").click()
    expect(applicant.locator("#state")).to_have_text("Being reviewed")
    changes = journey.desk().locator("#changes")
    expect(changes).to_contain_text("Solvers that laboratories share")
    expect(changes).to_contain_text("Sparse solvers, tested together")


def decide(journey, applicant):
    """A recommendation and a decision, which nobody hears of before its release."""
    desk = journey.desk()
    desk.locator("#verb-recommend [value=accept]").check()
    desk.locator("#verb-recommend textarea").fill("They fill a gap.")
    desk.locator("#verb-recommend button").click()
    desk.locator("#verb-put_forward button").click()
    desk.get_by_role("link", name="To the decision").click()
    desk.locator("#verb-stage [value=accept]").check()
    desk.locator("#verb-stage [name=reason]").fill("Welcome: the vote was clear.")
    desk.get_by_role("button", name="Stage this decision").click()
    expect(desk.locator("main")).to_contain_text("Nobody was told")
    applicant.reload()
    expect(applicant.locator("main")).not_to_contain_text("the vote was clear")
    desk.locator("#verb-release button").click()


def read_the_decision(journey, applicant):
    applicant.reload()
    expect(applicant.locator("main")).to_contain_text("Welcome: the vote was clear.")
    mail = journey.mail_to(f"ada-{journey.kind}@example.org")
    assert "Welcome: the vote was clear." in mail
    applicant.get_by_role("link", name="Your page in the directory").click()
    expect(applicant.get_by_role("heading", level=1)).to_have_text(journey.name)
    expect(applicant.get_by_text("We do our part for goal 7.")).to_be_visible()


def find_the_member(journey):
    """Anybody finds it in the directory, and in the coverage."""
    visitor = journey.window(f"/directory/?q=IOC-{journey.kind}")
    expect(visitor.get_by_role("link", name=journey.name).first).to_be_visible()
    visitor.goto("/coverage/members/?letter=other")
    expect(visitor.locator("main")).to_contain_text(f"IOC-{journey.kind}")


def claim_the_lead(journey):
    """The lead becomes the person that stands in the registry."""
    lead = f"lead-{journey.kind}@example.org"
    representative = journey.window(journey.link_to(lead))
    journey.sign_up(representative, "Олена Ткаченко", lead)
    representative.get_by_role("button", name="Yes, this is me").click()
    expect(representative.locator("main")).to_contain_text("your account is this")
