from django.shortcuts import get_object_or_404, render

from goals.models import Commitment, Goal
from members.public import public_page

# How many members a page names for each effort before it leads to the directory.
NAMED = 8


@public_page
def goals(request):
    cells = {cell.column.key: cell for cell in Commitment.objects.coverage_by_goal()}
    every = Goal.objects.prefetch_related("approaches")
    page = {"goals": [(goal, cells[goal.pk]) for goal in every]}
    return render(request, "goals/goals.html", page)


@public_page
def goal(request, slug):
    goal = get_object_or_404(Goal, slug=slug)
    commitments = goal.commitments.of_members()
    counts = commitments.count_of_each_effort()
    named = list(commitments.first_of_each_effort(NAMED))
    # Of the other goals nothing is asked. The shades are those of this column alone.
    table = Commitment.objects.filter(goal=goal).coverage()
    page = {
        "goal": goal,
        "approaches": goal.approaches.with_member_counts(),
        "providers": counts["leads"] + counts["contributes"],
        "efforts": [
            {
                "slug": effort.value,
                "count": counts[effort],
                "named": [each for each in named if each.effort == effort],
            }
            for effort in Commitment.Effort
        ],
        "column": next(each for each in table.columns if each.line.key == goal.pk),
        "shows_example": any(each.organization.is_example for each in named),
    }
    return render(request, "goals/goal.html", page)
