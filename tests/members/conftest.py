import tempfile

import pytest


@pytest.fixture
def given(tmp_path):
    """Write a file of members, and give its path."""

    def write(content, name="members.yml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(autouse=True)
def own_folder_for_passing_files(tmp_path_factory, monkeypatch):
    """A preview that is never confirmed leaves its file for a day."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("passing")))
