"""What the page of an organization tells machines, in the words of schema.org."""

from django.conf import settings
from django.urls import reverse

from members.addresses import site_address


def organization_facts(organization, names, hosts):
    """An organization as JSON-LD; a member of the consortium only while it is one."""
    permalink = reverse("members:permalink", args=[organization.public_id])
    facts = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": site_address(permalink),
        "identifier": organization.public_id,
        "name": organization.name,
        "alternateName": _other_names(organization, names),
        "description": organization.focus,
        "url": organization.website,
        "mainEntityOfPage": site_address(organization.get_absolute_url()),
        "parentOrganization": [
            _institution(host.institution) for host in hosts if host.role == "host"
        ],
    }
    if organization.left_on is None:
        facts["memberOf"] = consortium_facts()
    return {word: value for word, value in facts.items() if value}


def consortium_facts():
    return {
        "@type": "Organization",
        "@id": site_address("/#consortium"),
        "name": settings.CONSORTIUM_NAME,
        "url": site_address("/"),
    }


def _other_names(organization, names):
    others = [organization.short_name, *(name.text for name in names)]
    return list(dict.fromkeys(name for name in others if name))


def institution_facts(institution, hosts):
    """An institution as JSON-LD, with the organizations that it hosts today."""
    place = {
        "@type": "PostalAddress",
        "addressLocality": institution.city,
        "addressCountry": institution.country_code,
    }
    facts = {
        "@context": "https://schema.org",
        **_institution(institution),
        "alternateName": institution.other_names,
        "url": institution.website,
        "mainEntityOfPage": site_address(institution.get_absolute_url()),
        "address": place if institution.city or institution.country_code else None,
        "subOrganization": [
            {
                "@type": "Organization",
                "@id": site_address(
                    reverse("members:permalink", args=[host.organization.public_id])
                ),
                "name": host.organization.name,
            }
            for host in hosts
            if host.is_of_member and host.role == "host"
        ],
    }
    return {word: value for word, value in facts.items() if value}


def _institution(institution):
    facts = {"@type": "Organization", "name": institution.name}
    if institution.ror_id:
        facts["@id"] = institution.ror_url
    return facts
