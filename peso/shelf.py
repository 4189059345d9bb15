"""Answers kept in the memory of a process while the registry stays as it is."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

# About what Python needs for an answer beside its body.
OVERHEAD = 3_000


class Shelf:
    """Answers of one state, at most so many bytes: the least asked for goes first."""

    def __init__(self, limit: int):
        self.limit = limit
        self.lock = threading.Lock()
        self.state: Hashable = None
        self.size = 0
        self.answers: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        """Whether there is an answer of some state: a hint that costs nothing."""
        return key in self.answers

    def get(self, state: Hashable, key: Hashable) -> Any:
        """The answer that was kept at this very state, or None."""
        with self.lock:
            self._turn_to(state)
            found = self.answers.get(key)
            if not found:
                return None
            self.answers.move_to_end(key)
            return found[0]

    def put(self, state: Hashable, key: Hashable, answer: Any, size: int) -> None:
        """Keep an answer, unless it alone would take an eighth of the room."""
        size += OVERHEAD
        if size > self.limit // 8:
            return
        with self.lock:
            self._turn_to(state)
            _, replaced = self.answers.pop(key, (None, 0))
            self.answers[key] = answer, size
            self.size += size - replaced
            while self.size > self.limit:
                self.size -= self.answers.popitem(last=False)[1][1]

    def _turn_to(self, state):
        # What was kept at another state is of no use to anybody.
        if state != self.state:
            self.answers.clear()
            self.size, self.state = 0, state
