"""Our own connections against a server that sends what it is told, byte by byte, on asyncio's loop and on uvloop."""

import asyncio

import pytest
from wired import CHUNKED, CLOSING, OK, Run, Server, outcome, says, then_closes

from bot.telegram import lines, wire
from bot.telegram.direct import DirectRequest
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut


def test_a_call_and_its_connection_kept(run: Run) -> None:
    async def scenario() -> None:
        async with Server(says(OK)) as server, DirectRequest(3) as request:
            assert [await request.post(server.url) for _ in range(4)] == [1] * 4
            assert server.connections == 1
            assert (
                server.asked[0]
                == (
                    f"POST /bot1:A/x HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                    f"User-Agent: {DirectRequest.USER_AGENT}\r\nContent-Length: 0\r\n\r\n"
                ).encode()
            )

    run(scenario())


@pytest.mark.parametrize("answer", [OK, CLOSING, CHUNKED, b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK])
def test_an_answer_in_slow_bytes(run: Run, answer: bytes) -> None:
    async def slowly(_: int, writer: asyncio.StreamWriter) -> None:
        for at in range(len(answer)):
            writer.write(answer[at : at + 1])
            await asyncio.sleep(0)

    async def scenario() -> None:
        async with Server(slowly) as server, DirectRequest(1) as request:
            assert [await request.post(server.url) for _ in range(3)] == [1] * 3
            assert server.connections == (3 if answer is CLOSING else 1)

    run(scenario())


@pytest.mark.parametrize("answer", [OK, CHUNKED])
def test_an_answer_cut_anywhere_may_have_been_one(run: Run, answer: bytes) -> None:
    async def scenario() -> None:
        for at in range(0, len(answer), 3):
            async with Server(then_closes(answer[:at])) as server, DirectRequest(1) as request:
                error = await outcome(request, server.url)
                assert type(error) is MaybeSent
                assert error.__cause__ is not None
                assert len(server.asked) == 1

    run(scenario())


@pytest.mark.parametrize(
    "answer",
    [
        b"\x16\x03\x01\x00garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_http_may_have_been_an_answer(run: Run, answer: bytes) -> None:
    async def scenario() -> None:
        async with Server(says(answer)) as server, DirectRequest(1, read_timeout=5) as request:
            assert type(await outcome(request, server.url)) is MaybeSent
            assert len(server.asked) == 1

    run(scenario())


def test_an_answer_without_an_end_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", 100_000)

    async def endless(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nA: ")
        while not writer.is_closing():
            writer.write(b"a" * 10_000)
            await writer.drain()

    async def scenario() -> None:
        async with Server(endless) as server, DirectRequest(1) as request:
            error = await outcome(request, server.url)
            assert type(error) is MaybeSent
            assert "too large" in str(error)

    run(scenario())


def test_a_connection_that_the_server_closed_is_not_used_again(run: Run) -> None:
    async def scenario() -> None:
        async with Server(then_closes(OK)) as server, DirectRequest(1) as request:
            for number in range(1, 4):
                assert await request.post(server.url) == 1
                await asyncio.sleep(0.02)
                assert server.connections == len(server.asked) == number

    run(scenario())


@pytest.mark.parametrize("more", [OK.replace(b"1}", b"2}"), b"H", b"\n", b"junk"])
def test_bytes_behind_an_answer_are_never_another_ones(run: Run, more: bytes) -> None:
    async def scenario() -> None:
        async with Server(says(OK + more, OK)) as server, DirectRequest(1) as request:
            assert [await request.post(server.url) for _ in range(3)] == [1] * 3

    run(scenario())


def test_bytes_that_nobody_asked_for(run: Run) -> None:
    async def scenario() -> None:
        async with Server(says(OK)) as server, DirectRequest(1) as request:
            assert await request.post(server.url) == 1
            next(iter(server.writers)).write(OK.replace(b"1}", b"2}"))
            await asyncio.sleep(0.02)
            assert await request.post(server.url) == 1
            assert server.connections == 2

    run(scenario())


def test_an_answer_that_comes_too_late_is_nobodys(run: Run) -> None:
    async def late(number: int, writer: asyncio.StreamWriter) -> None:
        if number < 2:
            await asyncio.sleep(0.1)
        writer.write(OK.replace(b"1}", b"%d}" % number))

    async def scenario() -> None:
        async with Server(late) as server, DirectRequest(1) as request:
            assert type(await outcome(request, server.url, read_timeout=0.03)) is MaybeSentTimedOut
            call = asyncio.ensure_future(request.post(server.url))
            await asyncio.sleep(0.03)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.sleep(0.1)
            assert await request.post(server.url) == 2

    run(scenario())


def test_each_call_has_its_own_patience(run: Run) -> None:
    async def scenario() -> None:
        async with Server(says(b"")) as server, DirectRequest(9, read_timeout=60) as request:
            loop = asyncio.get_running_loop()
            start, ended = loop.time(), list[float]()

            async def ends(patience: float) -> None:
                assert type(await outcome(request, server.url, read_timeout=patience)) is MaybeSentTimedOut
                assert loop.time() - start > patience - 0.01
                ended.append(patience)

            async with asyncio.timeout(30):  # half of what the request object waits
                await asyncio.gather(*map(ends, (0.3, 0.1, 0.2, 0.1)))
            assert ended == [0.1, 0.1, 0.2, 0.3]

    run(scenario())


def test_an_unused_connection_is_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "IDLE", 0.05)

    async def scenario() -> None:
        async with Server(says(OK)) as server, DirectRequest(2) as request:
            await asyncio.gather(request.post(server.url), request.post(server.url))
            assert server.open == 2
            await asyncio.sleep(0.2)
            assert server.open == 0
            assert await request.post(server.url) == 1

    run(scenario())
