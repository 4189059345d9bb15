"""What changed between two revisions of an application, question by question."""

from difflib import SequenceMatcher
from typing import NamedTuple

from members.applying.kinds import Question


class Difference(NamedTuple):
    """One question whose answers differ, in words."""

    question: Question
    before: list[str]
    after: list[str]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each line with “-”, “+” or, where it stayed, a space before it."""
        matcher = SequenceMatcher(None, self.before, self.after, autojunk=False)
        shown = []
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                shown += [(" ", line) for line in self.before[i1:i2]]
            else:
                shown += [("-", line) for line in self.before[i1:i2]]
                shown += [("+", line) for line in self.after[j1:j2]]
        return shown


def differences(before: dict, after: dict, asked: dict[str, Question], names=None):
    """The questions whose answers differ, in the order in which they are asked.

    `names` maps the keys of institutions to their names. A question that is no longer
    asked is shown under its key.
    """
    keys = [*asked, *sorted((before.keys() | after.keys()) - asked.keys())]
    found = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        if (old or None) == (new or None):
            continue
        question = asked.get(key) or Question(key, "", key)
        words = (_words(question, answer, names) for answer in (old, new))
        found.append(Difference(question, *words))
    return found


def _words(question, answer, names):
    if not answer:
        return []
    if isinstance(answer, list) and not question.kind.is_list:
        return [str(each) for each in answer]
    return question.in_words(answer, names)
