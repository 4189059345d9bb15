"""No page for jobs: those of procrastinate act on them without asking for a right.

What a job does shows where it matters, such as in the workbench's mails.
"""

from django.contrib import admin
from procrastinate.contrib.django.models import ProcrastinateJob

admin.site.unregister(ProcrastinateJob)
