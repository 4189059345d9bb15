"""What came by letter or e-mail: the document, and who wrote."""

from django import forms

from members.models import documents
from members.models.text import validate_line


class Upload(forms.FileField):
    """A letter or another document, of a kind that is taken."""

    def __init__(self, **kwargs):
        taken = "PDF, image (PNG, JPEG, GIF, WebP) or text, at most 10 MB."
        super().__init__(max_length=200, help_text=taken, **kwargs)

    def clean(self, data, initial=None):
        """Its name and its bytes, which are not read if there are too many."""
        upload = super().clean(data, initial)
        documents.refuse_size(upload.size)
        content = upload.read()
        validate_line(upload.name)
        documents.media_type(upload.name, content)
        return {"name": upload.name, "content": content}


class EnterForm(forms.Form):
    """An application that came by letter or e-mail."""

    source = forms.ChoiceField(
        label="How did it come?",
        choices=[("letter", "By letter"), ("email", "By e-mail")],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label="Name of the organization",
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    document = Upload(label="The letter or e-mail")

    @property
    def arguments(self):
        given = {"name": self.cleaned_data["name"]}
        source = self.cleaned_data["source"]
        return {"source": source, "given": given, **self.cleaned_data["document"]}
