"""What the policy rows say in words, and the seats that follow from the memberships."""

from fractions import Fraction

from members.models import PolicyValue

KEY = PolicyValue.Key
PARTS = {
    Fraction(1, 2): "more than half of the votes",
    Fraction(2, 3): "two thirds of the votes",
    Fraction(3, 4): "three quarters of the votes",
}


def policy_on(date):
    """The policy row in force on `date` for each key, in one query."""
    rows = {row.key: row for row in PolicyValue.objects.on(date)}
    return {key.value: rows[key] for key in KEY if key in rows}


def in_words(row: PolicyValue) -> str:
    value = row.python_value
    if row.key == KEY.PART_OF_SEAT:
        return "counts as a seat" if value == "up" else "does not count"
    if row.key == KEY.AFFILIATES_PER_SEAT:
        return f"{value} affiliates"
    if isinstance(value, Fraction):
        return PARTS.get(value, f"at least {value} of the votes")
    return "1 month" if value == 1 else f"{value} months"


def shared_seats(members: int, per_seat: int, part: str) -> int:
    """How many seats so many members hold together; `part` is “up” or “down”."""
    whole, rest = divmod(members, per_seat)
    return whole + (1 if rest and part == "up" else 0)


def seat_rows(levels, policy):
    """Each level with its seats on the Steering Committee, and the sum of them."""
    per_seat = policy[KEY.AFFILIATES_PER_SEAT].python_value
    part = policy[KEY.PART_OF_SEAT].python_value
    rows = [(level, _seats(level, per_seat, part)) for level in levels]
    return rows, sum(seats for _, seats in rows)


def _seats(level, per_seat, part):
    if level.has_own_seat:
        return level.members
    return shared_seats(level.members, per_seat, part) if level.shares_seats else 0
