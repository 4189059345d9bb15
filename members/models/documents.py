"""What a file that somebody hands in really is, whatever its name says."""

from django.core.exceptions import ValidationError

from members.models.drafts import DOCUMENT_BYTES
from members.models.text import validate_text

# The first bytes of each kind of file that is taken, and the endings of its names.
SIGNATURES = (
    ("application/pdf", (b"%PDF-",), (".pdf",)),
    ("image/png", (b"\x89PNG\r\n\x1a\n",), (".png",)),
    ("image/jpeg", (b"\xff\xd8\xff",), (".jpg", ".jpeg")),
    ("image/gif", (b"GIF87a", b"GIF89a"), (".gif",)),
    ("image/webp", (b"RIFF",), (".webp",)),
)
TEXT_ENDINGS = (".txt", ".text", ".md", ".eml")


def media_type(name, content):
    """The real type of `content`, bytes of a file called `name`.

    ValidationError if it is too large, not of a kind that is taken (PDF, image, text),
    or not what the ending of its name says.
    """
    if not content:
        raise ValidationError("The file is empty.", code="empty")
    refuse_size(len(content))
    found, endings = _signed(content) or _text(content)
    if not name.lower().endswith(endings):
        raise ValidationError(
            f"The name “{name}” does not fit what is in the file ({found}): its "
            f"ending should be {' or '.join(endings)}.",
            code="ending",
        )
    return found


def refuse_size(size):
    """ValidationError if a file of `size` bytes is too large to be taken."""
    if size > DOCUMENT_BYTES:
        raise ValidationError(
            f"The file has {size / 1024 / 1024:.1f} MB; at most "
            f"{DOCUMENT_BYTES // 1024 // 1024} are taken.",
            code="too_large",
        )


def _signed(content):
    for found, starts, endings in SIGNATURES:
        is_webp = found != "image/webp" or content[8:12] == b"WEBP"
        if content.startswith(starts) and is_webp:
            return found, endings
    return None


def _text(content):
    try:
        text = content.decode("utf-8-sig")
        validate_text(text)
    except (UnicodeDecodeError, ValidationError):
        raise ValidationError(
            "This is none of the files that are taken: PDF, image (PNG, JPEG, GIF, "
            "WebP) or text in UTF-8.",
            code="type",
        ) from None
    return "text/plain", TEXT_ENDINGS
