"""What was handed in with an application, for those who take part in it."""

from django.shortcuts import get_object_or_404

from members import answers
from members.views.applications.reaching import for_applicants


@for_applicants("GET", "HEAD")
def document(request, application, pk):
    return answers.document(get_object_or_404(application.documents, pk=pk))
