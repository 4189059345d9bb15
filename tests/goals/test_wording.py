"""The goals stand in the registry as they stand in the organizational model."""

import re
from pathlib import Path

import pytest

from goals.models import Goal

MODEL = Path(__file__).parents[3] / "shared" / "mission" / "organizational-model.md"

pytestmark = pytest.mark.django_db


def test_there_are_seven_goals_with_these_approaches():
    assert [(g.slug, g.approaches.count()) for g in Goal.objects.all()] == [
        ("ecosystem", 2),
        ("workforce", 2),
        ("engagement", 4),
        ("communication", 2),
        ("impact", 1),
        ("awareness", 1),
        ("sustainability", 1),
    ]


def test_goals_and_approaches_are_word_for_word():
    if not MODEL.exists():
        pytest.skip(f"needs {MODEL.name} in ../shared/mission")
    text = re.sub(r"\s+", " ", MODEL.read_text())
    stated = re.findall(r"\*\*(.+?):\*\* By (.+?)\.(?= - \*\*|$)", text.strip())

    assert [title for title, _ in stated] == [g.title for g in Goal.objects.all()]
    for (_, means), goal in zip(stated, Goal.objects.all(), strict=True):
        # What is left between the approaches are only the document's connectives.
        texts = [re.escape(approach.text) for approach in goal.approaches.all()]
        assert re.fullmatch("(; |, |,? and )".join(texts), means)
