"""Countries by the short names that people type."""

import pytest
from django.http import QueryDict

from members.forms import DirectoryForm
from tests import factories


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("USA", ["Los Alamos Codes", "Usable Security"]),
        ("solvers us", ["Los Alamos Codes"]),
        ("uk", ["Kyiv Codes", "Leeds Codes"]),
        ("kingdom uk", ["Leeds Codes"]),
        ('"usa"', ["Usable Security"]),
    ],
)
def test_country_is_found_by_its_usual_short_name(db, text, names):
    countries = {"Los Alamos": "United States", "Leeds": "United Kingdom"}
    countries["Kyiv"] = "Ukraine"
    for city, country in countries.items():
        member = factories.member(name=f"{city} Codes", focus="Solvers")
        institution = factories.institution(name=f"{city} Institute", country=country)
        factories.host(organization=member, institution=institution)
    factories.member(name="Usable Security")

    data = QueryDict(mutable=True)
    data["q"] = text
    organizations = DirectoryForm(data).organizations()

    assert sorted(each.name for each in organizations) == names
