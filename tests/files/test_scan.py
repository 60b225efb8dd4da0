"""The antivirus, asked as ClamAV's daemon is; where there is none, or it is away, nothing is pretended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from conversation import Clock
from files import samples
from files.stage import Stage

from rallynov.initiatives.attachments import scan
from rallynov.initiatives.attachments.kinds import Why, read_refused
from rallynov.initiatives.attachments.scan import AwayError, Clamd
from rallynov.storage.store import Store

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Answer = Callable[[bytes], bytes]


def daemon(content: bytes) -> bytes:
    """Answer as clamd does."""
    if len(content) > 25_000_000:
        return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"


@asynccontextmanager
async def clamd(path: Path | None = None, answer: Answer = daemon) -> AsyncIterator[str]:
    """A daemon on a Unix socket, or on a port of this machine; gives its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(size)
        writer.write(answer(content))
        await writer.drain()
        writer.close()

    server = await (
        asyncio.start_unix_server(serve, path) if path else asyncio.start_server(serve, "127.0.0.1", 0)
    )
    async with server:
        yield str(path) if path else f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "content"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("unix", [True, False])
async def test_a_file_is_told_clean_or_not(tmp_path: Path, *, unix: bool) -> None:
    async with clamd(tmp_path / "s" if unix else None) as address:
        antivirus = Clamd(address)
        assert await antivirus.scan(written(tmp_path, bytes(300_000))) == ""
        assert await antivirus.scan(written(tmp_path, b"x" * 200_000 + EICAR)) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    "said",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"\0",
        b"stream: OKAY\0",
        b"OK\0",
        b"",
        b"stream: OK",
        b"x" * 100_000,
    ],
)
async def test_an_answer_that_says_nothing_is_none(tmp_path: Path, said: bytes) -> None:
    async with clamd(tmp_path / "s", lambda _: said) as address:
        with pytest.raises(AwayError):
            await Clamd(address).scan(written(tmp_path, b"x"))


async def test_what_it_names_is_shown_and_may_be_anything(tmp_path: Path) -> None:
    async with clamd(tmp_path / "s", lambda _: b"stream: <b>\x1b[2J \xff\n FOUND\0") as address:
        with pytest.raises(AwayError):  # not one line
            await Clamd(address).scan(written(tmp_path, b"x"))
    async with clamd(tmp_path / "t", lambda _: b"stream: <b>\x1b[2J\xff FOUND\0") as address:
        assert await Clamd(address).scan(written(tmp_path, b"x")) == "_b_2J_"


async def test_one_that_is_not_there_or_falls_silent_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (str(tmp_path / "nothing"), "127.0.0.1:1"):
        with pytest.raises(AwayError):
            await Clamd(address).scan(written(tmp_path, b"x"))
    monkeypatch.setattr(scan, "PATIENCE", 0.05)

    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_unix_server(silent, tmp_path / "silent")
    with pytest.raises(AwayError):
        await Clamd(str(tmp_path / "silent")).scan(written(tmp_path, b"x"))
    await left.wait()
    server.close()


async def test_a_file_with_a_virus_is_refused_and_deleted(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    async with clamd(tmp_path / "s") as address:
        stage = Stage(sqlite, tmp_path, clock, Clamd(address))
        bad = await stage.sent("a.pdf", samples.pdf(b"% " + EICAR + b"\n"))
        good = await stage.sent("b.pdf", samples.pdf())
    assert (bad.state, good.state, good.scanned) == ("refused", "kept", True)
    assert read_refused(bad.reason).why is Why.VIRUS
    assert stage.on_disk() == [f"d1/{good.id}"]
    assert "(Win.Test.EICAR_HDB-1)" in stage.told()[0]
    assert "antivirus" not in stage.told()[1]


async def test_when_it_stays_away_the_file_is_kept_and_that_is_said(
    sqlite: Store, tmp_path: Path, clock: Clock
) -> None:
    stage = Stage(sqlite, tmp_path, clock, Clamd(str(tmp_path / "nothing")))
    ref = stage.send("a.pdf", samples.pdf())
    for _ in range(3):
        await stage.work()
        assert stage.file(ref).state == "waiting"
        clock.pass_(minutes=10)
    await stage.work()
    kept = stage.file(ref)
    assert (kept.state, kept.scanned) == ("kept", False)
    assert "Il n'a pas été analysé par un antivirus" in stage.told()[0]
