import argparse
import datetime as dt


def day(text: str) -> dt.date:
    """The value of an option of a command, such as 2026-01-31."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"“{text}” is no day, such as 2026-01-31."
        raise argparse.ArgumentTypeError(message) from None
