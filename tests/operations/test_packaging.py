"""What is shipped beside the program holds to what it promises: the image, compose, the units, the list of settings."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
UNITS = ("rallynov.service", "rallynov-backup.service", "rallynov-backup.timer")
NOT_SET = {"locale"}
"""Read from the variables of every program (LANG), not one of ours."""


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, in order, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE))
    return [
        (word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("compose.yaml"))
    return found


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(read(f"packaging/{name}"))
    return parser


def test_the_example_names_every_setting_with_its_default() -> None:
    lines = read(".env.example").splitlines()
    shown = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    known = {
        f"RALLYNOV_{name.upper()}": field
        for name, field in Settings.model_fields.items()
        if name not in NOT_SET
    }
    assert set(known) <= set(shown)
    assert set(shown) - set(known) == {"COMPOSE_PROFILES", "RALLYNOV_POSTGRES_PASSWORD"}
    first = {}
    for name, value in (line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line)):
        first.setdefault(name, value)
    for name, field in known.items():
        words = name in {"RALLYNOV_OPERATOR", "RALLYNOV_CONTACT"}  # in the reader's language
        default = "" if words or field.default is None else str(field.default)
        assert first[name] == default, name
    assert all(line.startswith("#") or not line for line in lines), "nothing is set by copying it"


def test_the_guide_names_every_setting() -> None:
    guide = read("docs/operations.md")
    for name in set(Settings.model_fields) - NOT_SET - {"telegram_client", "telegram_rate"}:
        assert f"RALLYNOV_{name.upper()}" in guide, name


def test_the_image() -> None:
    found = instructions()
    bases = [rest for word, rest in found if word == "FROM"]
    assert bases == ["python:3.11-slim-bookworm AS build", "python:3.11-slim-bookworm"]
    last = found[[n for n, (word, _) in enumerate(found) if word == "FROM"][-1] :]
    assert [rest for word, rest in last if word == "USER"] == ["10001:10001"]
    assert [rest for word, rest in last if word == "STOPSIGNAL"] == ["SIGTERM"]
    assert dict(last)["ENTRYPOINT"] == '["rallynov"]'
    assert "/readyz" in dict(last)["HEALTHCHECK"]
    assert [rest for word, rest in last if word == "COPY"] == ["--from=build /opt/rallynov /opt/rallynov"]
    assert not [rest for word, rest in last if "pip" in rest or " uv " in rest], (
        "no tool of building is left in it"
    )
    synced = [rest for word, rest in found if "uv sync" in rest]
    assert all("--locked" in rest and "--no-dev" in rest for rest in synced)
    assert "--no-editable" in synced[-1]
    assert re.search(r"uv==\d+\.\d+\.\d+", read("Dockerfile"))
    assert [word for word, rest in last].index("USER") > [word for word, _ in last].index("RUN")


def test_the_image_gets_what_it_copies_and_no_more() -> None:
    copied = {
        one
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for one in rest.split()[:-1]
    }
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert copied == allowed
    assert read(".dockerignore").splitlines()[1] == "*"
    for one in copied:
        assert (ROOT / one).exists(), one
    built = read("pyproject.toml")
    for needed in ("README.md", "LICENSE", "locales"):
        assert needed in built
        assert needed in copied


def test_compose_works_unedited() -> None:
    services = compose()["services"]
    ours = services["rallynov"]
    assert "profiles" not in ours
    assert ours["read_only"] is True
    assert (ours["cap_drop"], ours["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert ours["env_file"] == [{"path": ".env", "required": False}]
    assert all(port.startswith("127.0.0.1:") for port in ours["ports"])
    assert "RALLYNOV_DATABASE_URL" not in ours["environment"], "SQLite unless .env says otherwise"
    assert ours["volumes"] == ["donnees:/donnees"]
    assert ours["restart"] == "unless-stopped"
    assert {one.split(":")[0] for name in services for one in services[name]["volumes"]} == set(
        compose()["volumes"]
    )
    for given in ours["environment"]:
        assert given.removeprefix("RALLYNOV_").lower() in Settings.model_fields


def test_compose_with_a_server() -> None:
    services = compose()["services"]
    server = services["postgresql"]
    assert server["profiles"] == ["postgresql"]
    assert server["image"].startswith("postgres:15")
    assert "ports" not in server
    assert services["rallynov"]["depends_on"]["postgresql"] == {
        "condition": "service_healthy",
        "required": False,
    }
    example = dict(line[1:].split("=", 1) for line in read(".env.example").splitlines()[-3:])
    url = example["RALLYNOV_DATABASE_URL"]
    password = re.search(r":-(\w+)}", server["environment"]["POSTGRES_PASSWORD"])
    assert password
    assert url == f"postgresql://rallynov:{password[1]}@postgresql/rallynov"
    assert Settings(_env_file=None, database_url=url).database == url


def test_the_service_is_restarted_and_confined() -> None:
    service = unit("rallynov.service")["Service"]
    assert service["RestartForceExitStatus"].split() == ["69", "70", "74"]
    assert service["RestartPreventExitStatus"] == "78"
    assert service["Restart"] == "on-failure"
    for name in ("rallynov.service", "rallynov-backup.service"):
        one = unit(name)["Service"]
        assert one["User"] == "rallynov"
        for setting in (
            "NoNewPrivileges",
            "ProtectHome",
            "PrivateTmp",
            "PrivateDevices",
            "MemoryDenyWriteExecute",
        ):
            assert one[setting] == "yes", (name, setting)
        assert (one["ProtectSystem"], one["CapabilityBoundingSet"], one["UMask"]) == ("strict", "", "0077")
    assert "backup --keep" in read("packaging/rallynov-backup.service")
    assert "verify-backup" in read("packaging/rallynov-backup.service")
    assert unit("rallynov-backup.timer")["Timer"]["Persistent"] == "yes"


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for name in UNITS:
        program = read(f"packaging/{name}").replace("/opt/rallynov/bin/rallynov", "/bin/true")
        (tmp_path / name).write_text(program, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    about = [line for line in done.stderr.splitlines() if "rallynov" in line]
    assert about == [], about


def test_the_guide_copies_files_that_are_there() -> None:
    for name in re.findall(r"packaging/[\w.-]+", read("docs/operations.md")):
        assert (ROOT / name.rstrip(".")).exists(), name


def test_the_guide_names_only_commands_that_there_are() -> None:
    known = set(get_command(app).commands) | {"…"}  # type: ignore[attr-defined]
    blocks = re.findall(r"```\w* ?\w*\n(.*?)```|`(rallynov [^`]+)`", read("docs/operations.md"), re.DOTALL)
    found = {word for one in blocks for word in re.findall(r"(?:^|\s)rallynov ([a-z][\w-]+)", "".join(one))}
    said = found - {"rallynov", "sh", "rallynov-backup"}  # a service of compose, a unit of systemd
    assert said <= known
    assert {"backup", "restore", "verify-backup", "doctor", "export"} <= said


def test_the_readme_names_every_setting_and_the_guide_its_neighbours() -> None:
    for name in set(Settings.model_fields) - NOT_SET:
        assert f"`RALLYNOV_{name.upper()}`" in read("README.md"), name
    for name in ("backup", "restore", "verify-backup", "doctor", "partner-link", "privacy", "compose"):
        assert re.search(rf"`[^`]*{name}\b", read("README.md")), name
    for name in ("donnees-personnelles", "chiffres-et-exports", "guide-coordination", "guide-partenaire"):
        assert f"({name}.md)" in read("docs/operations.md"), name
