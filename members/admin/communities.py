from django.contrib import admin
from django.db.models import Count
from django.utils import timezone

from members.admin.exchange import ExchangePages
from members.admin.lists import Care, CareFilter, InForceFilter
from members.admin.records import Record
from members.admin.resources import CommunityResource, ServiceResource
from members.models import Community, Service
from members.models.periods import in_force


def nobody_serves(communities):
    """As the list counts: an organization that left has ended its services, or not."""
    return communities.exclude(services__in=Service.objects.current())


@admin.register(Community)
class CommunityAdmin(ExchangePages, Record):
    resource_classes = [CommunityResource]
    care = [
        Care("nobody", "Communities and capabilities that nobody serves", nobody_serves)
    ]
    list_display = ["name", "kind", "slug", "organizations"]
    list_filter = [CareFilter, "kind"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request):
        today = in_force(timezone.localdate(), "services")
        return (
            super()
            .get_queryset(request)
            .annotate(
                organizations=Count(
                    "services__organization", filter=today, distinct=True
                )
            )
            .order_by(*Community._meta.ordering)  # which grouping leaves out
        )

    @admin.display(ordering="organizations")
    def organizations(self, community):
        return community.organizations

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields


@admin.register(Service)
class ServiceAdmin(ExchangePages, Record):
    resource_classes = [ServiceResource]
    list_display = ["organization", "community", "how", "started_on", "ended_on"]
    list_filter = [InForceFilter, "community__kind"]
    list_select_related = ["organization", "community"]
    search_fields = ["organization__name", "organization__short_name", "how"]
    autocomplete_fields = ["organization", "community"]
    date_hierarchy = "started_on"
