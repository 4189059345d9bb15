from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members import navigation
from members.views.workbench.desk import for_reviewers
from members.workbench import mails
from members.workbench.queue import QueueForm

A_PAGE = 50


@for_reviewers
@require_safe
def queue(request):
    form = QueueForm(request.GET, request.user)
    paginator = Paginator(form.applications(), A_PAGE)
    paginator.count = form.total
    page = paginator.get_page(form.page_asked)
    context = {
        "form": form,
        "page": page,
        "pages": list(navigation.pages(page, form.query)),
        "mails": mails.notice(request.user),
    }
    return render(request, "workbench/queue.html", context)
