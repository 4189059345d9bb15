"""Whom a file names for an organization, against whom the registry names."""

from members.interchange import changes
from members.interchange.faults import Fault
from members.models import Visibility

# The roles that a file names, each with its key.
ROLES = {"lead": "leads", "seat_holder": "sc_reps", "alternate": "sc_reps"}


def people_changes(row, organization, document, *, on):
    """The changes of roles, ends first, and what keeps them from being made.

    The file is a public record, so it speaks of the roles that anyone may see: a role
    that is hidden stays as it is. Only the seat is different, as one person holds it.
    """
    wanted = list(_wanted(row, document))
    stated = [role for role, key in ROLES.items() if document.states(key)]
    named = organization.named if organization else []
    known = [each for each in named if each.role in stated]
    there = {(r.role, str(r.person)) for r in known}
    gone = [r for r in known if _is_gone(r, wanted)]
    late = [r for r in gone if r.started_on > on]
    if late:
        words = f"{row}: the registry records people from {late[0].started_on} on; "
        return [], [Fault(row.line, 0, words + "choose a later day (--on).")]
    made = [changes.left_role(each) for each in gone]
    made += [
        changes.took_role(text, role)
        for role, text in wanted
        if (role, text) not in there
    ]
    if made and organization:
        made.append(changes.noted_people())
    return made, []


def _wanted(row, document):
    """Roles and people; the first of the representatives holds the seat."""
    if document.states("leads"):
        yield from (("lead", text) for text in row.leads)
    if document.states("sc_reps"):
        yield from (("seat_holder", text) for text in row.sc_reps[:1])
        yield from (("alternate", text) for text in row.sc_reps[1:])


def _is_gone(representative, wanted):
    if (representative.role, str(representative.person)) in wanted:
        return False
    if representative.visibility == Visibility.PUBLIC:
        return True
    takes_seat = any(role == "seat_holder" for role, _ in wanted)
    return representative.role == "seat_holder" and takes_seat
