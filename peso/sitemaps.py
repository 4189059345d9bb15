"""The addresses that search engines should know, in parts, and an index of them."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.shortcuts import render
from django.urls import reverse

from goals.models import Goal
from members.addresses import site_address
from members.models import Community, Institution, Organization
from members.public import public_page


class OwnSitemap(Sitemap):
    """Under the address in the settings, whatever host a request names."""

    # A page of so many takes a quarter of a second.
    limit = 2_500

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


class Pages(OwnSitemap):
    def items(self):
        return [
            "home",
            "members:directory",
            "goals:goals",
            "members:communities",
            "goals:coverage",
            "goals:coverage_members",
            "about",
            "join",
        ]

    def location(self, item):
        return reverse(item)


class Goals(OwnSitemap):
    def items(self):
        return Goal.objects.all()


class Communities(OwnSitemap):
    def items(self):
        return Community.objects.only("kind", "slug").order_by("pk")


class Organizations(OwnSitemap):
    def items(self):
        return Organization.objects.listed().only("slug").order_by("pk")


class Institutions(OwnSitemap):
    def items(self):
        return Institution.objects.hosting().only("ror_id").order_by("pk")


SECTIONS = {
    "pages": Pages,
    "goals": Goals,
    "communities": Communities,
    "organizations": Organizations,
    "institutions": Institutions,
}


@public_page
def index(request):
    parts = []
    for section, sitemap in SECTIONS.items():
        address = site_address(reverse("sitemap", args=[section]))
        parts.append(address)
        pages = sitemap().paginator.num_pages
        parts.extend(f"{address}?p={page}" for page in range(2, pages + 1))
    return render(request, "peso/sitemaps.xml", {"parts": parts}, "application/xml")


@public_page
def part(request, section):
    return views.sitemap(request, SECTIONS, section)
