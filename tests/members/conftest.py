import pytest


@pytest.fixture
def given(tmp_path):
    """Write a file of members, and give its path."""

    def write(content, name="members.yml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
