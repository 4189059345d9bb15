"""People who bring applications to a decision, by plain requests.

Where an answer does not come they do what people do: the same once more.
"""

import http.client
import re
import time
from collections import Counter
from contextlib import closing
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from tests import factories

CSRF = "a" * 32
UNANSWERED = (OSError, http.client.HTTPException)
DONE, REFUSED = 302, 422
# However long a server needs to be there again.
PATIENCE_SECONDS = 60
STAGED = re.compile(r'name="verdict" value="(\d+)"')


class Browser:
    """Somebody who is signed in, and what the server answered."""

    def __init__(self, user, port):
        client = Client()
        client.force_login(user)
        session = client.cookies["session"].value
        self.cookies = f"session={session}; csrf={CSRF}"
        self.port = port
        self.answers = self.unanswered = 0
        # The verbs that the server said were done, with their applications.
        self.told = Counter()

    def get(self, path):
        status, _, text, _ = self._ask("GET", path)
        assert status == 200, (path, status)
        return text

    def do(self, verb, application, **data):
        """Do it until the server says that it is done.

        It may say that it is too late for it, if it was asked before and did not say.
        """
        path = address(verb, application)
        status, location, text, unanswered = self._ask("POST", path, data)
        if status == DONE and application in location:
            self.told[verb, application] += 1
        else:
            is_known = status == REFUSED and unanswered
            assert is_known, (path, status, location, text)

    def _ask(self, method, path, data=()):
        """The first answer, and how often there was none before."""
        until = time.monotonic() + PATIENCE_SECONDS
        unanswered = 0
        while True:
            try:
                answer = self._ask_once(method, path, data)
            except ConnectionRefusedError:
                # Nobody has heard it.
                assert time.monotonic() < until, "the server did not come back"
            except UNANSWERED:
                unanswered += 1
            else:
                self.answers += 1
                self.unanswered += unanswered
                return *answer, unanswered
            time.sleep(0.02)

    def _ask_once(self, method, path, data):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Cookie": self.cookies,
            "X-CSRFToken": CSRF,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(connection):
            connection.request(method, path, urlencode(dict(data)), headers)
            response = connection.getresponse()
            text = response.read().decode()
        return response.status, response.headers.get("Location", ""), text


def address(verb, application):
    name = "application_submit" if verb == "submit" else f"workbench_{verb}"
    return reverse(f"members:{name}", args=[application])


class Pair:
    """An applicant and an officer: each application goes from one to the other."""

    def __init__(self, applicant, officer, port):
        self.applicant = Browser(applicant, port)
        self.officer = Browser(officer, port)
        self.level = factories.level().pk

    @property
    def browsers(self):
        return self.applicant, self.officer

    def bring_to_decision(self, application, outcome, *, is_changed):
        """All the way from a draft; `is_changed`: it is handed in a second time."""
        judge = self.officer.do
        self.applicant.do("submit", application)
        judge("take_up", application)
        if is_changed:
            judge("request_changes", application, text="Please say more.")
            self.applicant.do("submit", application)
        judge("recommend", application, advice=outcome, reasons="We saw it.")
        judge("put_forward", application)
        judge("stage", application, **self._verdict(outcome))
        page = self.officer.get(address("decision", application))
        judge("release", application, verdict=STAGED.search(page)[1])

    def _verdict(self, outcome):
        facts = {"outcome": outcome, "reason": "So it is.", "clause": "By-laws, 2"}
        if outcome == "accept":
            facts |= {"level": self.level, "starts_on": "2025-03-01"}
        return facts
