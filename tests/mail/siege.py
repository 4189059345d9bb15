"""A site whose processes are killed while people work on it."""

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from queue import SimpleQueue

from members.models import Answer, Application
from tests import factories
from tests.applying.arena import applications
from tests.mail.people import Pair

# What is killed, in these proportions: a process of gunicorn that answers, the worker,
# the process of gunicorn that watches over the others, and all of gunicorn at once.
VICTIMS = [*["web"] * 7, *["worker"] * 3, "watcher", "all"]
PAIRS = 4
# So many signs that a program is at work, and so long a moment after the last, in
# seconds, it is killed.
SIGNS, MOMENTS = 4, (0.0, 0.15)
STALLED_SECONDS = 60
CHANCE = 20261122
NO_MORE = None


class Siege:
    def __init__(self, site, ways):
        self.site, self.ways = site, ways
        self.chance = random.Random(CHANCE)
        self.by = factories.applicant()
        officer = factories.officer()
        self.pairs = [Pair(self.by, officer, site.port) for _ in range(PAIRS)]
        self.waiting = SimpleQueue()
        # What each application is to become, and how often it is handed in.
        self.plan = {}
        # What had been done when the program was killed last.
        self.before = {site.server: 0, site.worker: 0}
        self.since = time.monotonic()

    def kill(self, times):
        """Kill so often while people work, then let them finish."""
        victims = list(islice(cycle(VICTIMS), times))
        self.chance.shuffle(victims)
        with ThreadPoolExecutor(PAIRS) as pool:
            at_work = [pool.submit(self.work, pair) for pair in self.pairs]
            try:
                while victims and not any(pair.done() for pair in at_work):
                    assert time.monotonic() < self.since + STALLED_SECONDS, victims
                    self.prepare()
                    self.strike(victims)
            finally:
                for _ in self.pairs:
                    self.waiting.put(NO_MORE)
        for pair in at_work:
            pair.result()

    def prepare(self):
        """Applications for those who have nothing left to do."""
        if not self.waiting.empty():
            return
        keys = applications(PAIRS, by=self.by)
        ask_nobody(keys)
        for row in Application.objects.filter(pk__in=keys):
            outcome = self.chance.choice(["accept", "accept", "decline"])
            times = self.chance.choice([1, 1, 2])
            self.plan[row.public_id] = outcome, times
            self.waiting.put(row.public_id)

    def work(self, pair):
        while (application := self.waiting.get()) is not NO_MORE:
            outcome, times = self.plan[application]
            pair.bring_to_decision(application, outcome, is_changed=times == 2)

    def strike(self, victims):
        """Kill the first of these that is at work, if one is."""
        found = next(filter(self.is_at_work, victims), None)
        time.sleep(self.chance.uniform(*MOMENTS) if found else 0.01)
        # What was killed before may have been seen once more, before it was buried.
        if not found or not self.is_at_work(found):
            return
        victims.remove(found)
        self.end(found)
        program = self.program(found)
        self.before[program] = self.done(program)
        self.since = time.monotonic()

    def program(self, victim):
        return self.site.worker if victim == "worker" else self.site.server

    def done(self, program):
        if program is self.site.worker:
            return len(self.ways.reached)
        return sum(browser.answers for pair in self.pairs for browser in pair.browsers)

    def is_at_work(self, victim):
        program = self.program(victim)
        is_up = program is self.site.worker or program.children()
        return is_up and self.done(program) >= self.before[program] + SIGNS

    def end(self, victim):
        server = self.site.server
        if victim == "web":
            os.kill(self.chance.choice(server.children()), signal.SIGKILL)
        elif victim == "all":
            server.kill_all()
            server.begin_again()
        else:
            self.program(victim).kill()
            self.program(victim).begin_again()


def ask_nobody(keys):
    """Have their websites at a port that the worker does not even look up."""
    for answer in Answer.objects.filter(application__in=keys, key="website"):
        answer.value += ":1"
        answer.save()
