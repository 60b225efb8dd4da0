"""Files fetched from a loopback Bot API, through each HTTP client: within limits, sorted when they fail, no token told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from botapi import BotApi

from bot.telegram import download
from bot.telegram.download import Downloads
from rallynov.initiatives.attachments.fetching import GoneError, LaterError, Sink, TooHeavyError

TOKEN = "123456:AAsecretSECRETsecretSECRETsecretSEC"  # noqa: S105  # looked for in what is raised
MB = 2**20


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as opened:
        yield opened


@pytest.fixture(params=["direct", "pyreqwest", "httpx"])
async def downloads(request: pytest.FixtureRequest, api: BotApi) -> AsyncIterator[Downloads]:
    opened = Downloads(TOKEN, api.url, request.param)
    yield opened
    await opened.close()


async def fetched(downloads: Downloads, file_id: str, folder: Path, most: int = 10 * MB) -> bytes:
    with Sink(folder / "out", most) as sink:
        await downloads.fetch(file_id, sink)
    return (folder / "out").read_bytes()


async def refused(downloads: Downloads, file_id: str, folder: Path, kind: type[Exception]) -> Any:
    """What a fetch raises; nothing of it may tell the token."""
    with pytest.raises(kind) as caught:
        await fetched(downloads, file_id, folder)
    link: BaseException | None = caught.value
    while link is not None:
        assert "secret" not in f"{link} {link!r} {link.args}".lower()
        link = None if link.__suppress_context__ else link.__cause__ or link.__context__
    return caught.value


@pytest.mark.parametrize("size", [0, 1, 70_000, 5 * MB])
async def test_a_file_comes_whole(downloads: Downloads, api: BotApi, tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    file_id = api.files.hold(content[:size])
    assert await fetched(downloads, file_id, tmp_path) == content[:size]


async def test_one_that_is_too_heavy_is_not_fetched(
    downloads: Downloads, api: BotApi, tmp_path: Path
) -> None:
    error = await refused(downloads, api.files.hold(bytes(10 * MB + 1)), tmp_path, TooHeavyError)
    assert error.size == 10 * MB + 1
    assert not api.made("file")
    error = await refused(downloads, api.files.hold(b"", told=20 * MB + 1), tmp_path, TooHeavyError)
    assert error.chat


async def test_one_that_is_heavier_than_told_is_cut_short(
    downloads: Downloads, api: BotApi, tmp_path: Path
) -> None:
    file_id = api.files.hold(bytes(15 * MB), told=5)
    await refused(downloads, file_id, tmp_path, TooHeavyError)
    assert (tmp_path / "out").stat().st_size <= 10 * MB


async def test_one_that_telegram_does_not_know(downloads: Downloads, tmp_path: Path) -> None:
    await refused(downloads, "unknown", tmp_path, GoneError)


@pytest.mark.parametrize(
    ("method", "status", "kind"),
    [
        ("getFile", 400, GoneError),
        ("getFile", 403, GoneError),
        ("getFile", 401, LaterError),
        ("getFile", 500, LaterError),
        ("getFile", 502, LaterError),
        ("file", 404, GoneError),
        ("file", 401, LaterError),
        ("file", 503, LaterError),
        ("file", 302, LaterError),
    ],
)
async def test_refusals_are_sorted(
    downloads: Downloads, api: BotApi, tmp_path: Path, method: str, status: int, kind: type[Exception]
) -> None:
    file_id = api.files.hold(b"content")
    api.fail(method, status, times=1)
    await refused(downloads, file_id, tmp_path, kind)
    assert await fetched(downloads, file_id, tmp_path) == b"content"


async def test_telegram_says_how_long_it_wants_to_be_left_alone(
    downloads: Downloads, api: BotApi, tmp_path: Path
) -> None:
    api.fail("getFile", 429, times=1, retry_after=17)
    error = await refused(downloads, api.files.hold(b"x"), tmp_path, LaterError)
    assert error.seconds == 17


@pytest.mark.parametrize("method", ["getFile", "file"])
async def test_a_line_that_is_cut(downloads: Downloads, api: BotApi, tmp_path: Path, method: str) -> None:
    file_id = api.files.hold(bytes(3 * MB))
    api.drop(method)
    await refused(downloads, file_id, tmp_path, LaterError)
    assert len(await fetched(downloads, file_id, tmp_path)) == 3 * MB


async def test_a_line_that_falls_silent(
    downloads: Downloads, api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SECONDS", 0.2)
    file_id = api.files.hold(bytes(3 * MB))
    api.hang("file")
    while not api.made("file"):  # on a busy machine, getFile alone may take that long
        await refused(downloads, file_id, tmp_path, LaterError)
    monkeypatch.undo()
    assert len(await fetched(downloads, file_id, tmp_path)) == 3 * MB


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../x", "a\nb", "", 5, None, "x" * 301, "http://elsewhere/x"]
)
async def test_a_path_that_leads_elsewhere_is_not_followed(
    downloads: Downloads, api: BotApi, tmp_path: Path, path: object
) -> None:
    answer = {"ok": True, "result": {"file_id": "x", "file_path": path, "file_size": 1}}
    api.fail("getFile", 200, times=1, body=answer)
    await refused(downloads, "x", tmp_path, GoneError)
    assert not api.made("file")


async def test_nothing_is_held_in_memory(downloads: Downloads, api: BotApi, tmp_path: Path) -> None:
    """Ten files of ten megabytes: what this process holds, less the server's own, hardly moves."""
    ids = [api.files.hold(bytes(10 * MB)) for _ in range(4)]
    await fetched(downloads, ids[0], tmp_path)
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240
    before = _peak()
    for file_id in ids:
        await fetched(downloads, file_id, tmp_path)
        await asyncio.sleep(0)
    assert _peak() - before < 24 * MB  # the server of the test writes ten megabytes into its socket at once


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024
