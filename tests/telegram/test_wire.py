"""Our own connections against a server that sends what it is told, byte by byte, on asyncio's loop and on uvloop."""

import asyncio
import random
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeAlias

import pytest
import uvloop
from telegram.error import BadRequest, TelegramError

from bot.telegram import direct, lines, wire
from bot.telegram.direct import DirectRequest
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent
from bot.telegram.fast import FastRequest
from bot.telegram.http import make_request

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"result": 1}'
CLOSING = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{"result": 1}'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"resul\r\n6;x=y\r\nt": 1}\r\n0\r\nA: b\r\n\r\n'
Answering: TypeAlias = Callable[[int, asyncio.StreamWriter], Awaitable[None]]
"""What is written after the n-th request (from 0); the connection stays open unless it is closed."""
Run: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a scenario on a loop."""
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def scenario(told: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(told)

    return scenario


class Server:
    """Reads requests one after the other on each connection; answers as told."""

    def __init__(self, answering: Answering, *, tls: ssl.SSLContext | None = None) -> None:
        self.answering = answering
        self.tls = tls
        self.asked: list[bytes] = []
        self.connections = 0
        self.open = 0
        self.most = 0
        self.writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/bot1:A/x"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                self.asked.append(head + await reader.readexactly(length))
                await self.answering(len(self.asked) - 1, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


def says(*answers: bytes) -> Answering:
    """Answer with these in turn, the last one again and again."""

    async def answer(number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[min(number, len(answers) - 1)])

    return answer


def then_closes(part: bytes) -> Answering:
    async def answer(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(part)
        await writer.drain()
        writer.close()

    return answer


async def outcome(request: DirectRequest, url: str, **waits: float) -> Any:
    try:
        return await request.post(url, **waits)
    except TelegramError as error:
        return error


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
            start = loop.time()

            async def ends(patience: float) -> float:
                assert type(await outcome(request, server.url, read_timeout=patience)) is MaybeSentTimedOut
                return loop.time() - start - patience

            assert all(-0.01 < late < 0.1 for late in await asyncio.gather(*map(ends, (0.3, 0.1, 0.2, 0.1))))

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


def test_those_who_wait_are_served_in_turn_by_so_many_connections(run: Run) -> None:
    async def slow(_: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(OK)

    async def scenario() -> None:
        async with Server(slow) as server, DirectRequest(3) as request:
            ended: list[int] = []

            async def call(number: int) -> None:
                assert await request.post(server.url) == 1
                ended.append(number)

            await asyncio.gather(*map(call, range(30)))
            assert all(abs(number - at) < 3 for at, number in enumerate(ended))
            assert server.most == 3

    run(scenario())


def test_a_storm_leaves_every_place_free(run: Run) -> None:
    draw = random.Random(7)

    async def whim(_: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(draw.random() * 0.01)
        match draw.randrange(6):
            case 0:
                writer.close()
            case 1:
                writer.write(CLOSING)
            case 2:
                writer.write(b"junk")
            case 3:
                writer.transport.abort()
            case _:
                writer.write(OK)

    async def scenario() -> None:
        waits = {"read_timeout": 0.008, "pool_timeout": 0.03}
        async with Server(whim) as server, DirectRequest(4, **waits) as request:

            async def call() -> object:
                await asyncio.sleep(draw.random() * 0.2)
                calling = asyncio.ensure_future(outcome(request, server.url))
                if draw.random() < 0.2:
                    await asyncio.sleep(draw.random() * 0.01)
                    calling.cancel()
                return (await asyncio.gather(calling, return_exceptions=True))[0]

            ends = {type(end) for end in await asyncio.gather(*(call() for _ in range(400)))}
            assert ends == {int, MaybeSent, MaybeSentTimedOut, NotSent, asyncio.CancelledError}
            await asyncio.sleep(0.05)
            server.answering = says(OK)
            assert (
                await asyncio.gather(*(request.post(server.url, read_timeout=5) for _ in range(4))) == [1] * 4
            )
            assert len(server.writers) < 400
            assert server.most <= 8  # the server learns of an end after we have begun anew

    run(scenario())


def test_two_servers_share_the_places(run: Run) -> None:
    async def scenario() -> None:
        async with Server(says(OK)) as one, Server(says(OK)) as two, DirectRequest(1) as request:
            for server in (one, two, one):
                assert await request.post(server.url) == 1
            assert (one.connections, two.connections) == (2, 1)

    run(scenario())


def test_ipv4_where_ipv6_leads_nowhere(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with Server(says(OK)) as server:
            nowhere = socket.create_server(("127.0.0.2", server.port), backlog=0)
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(nowhere.getsockname())
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")

            async def found(*_: object, **__: object) -> list[object]:
                return [(*kind, ("127.0.0.2", server.port)), (*kind, ("127.0.0.1", server.port))]

            with monkeypatch.context() as patch:
                patch.setattr(lines, "_resolved", found)
                async with DirectRequest(1, connect_timeout=2) as request:
                    assert await request.post(server.url) == 1
            for one in (nowhere, *fillers):
                one.close()

    run(scenario())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    path = tmp_path / "server.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", path, "-out", tmp_path / "c"], check=True, capture_output=True
    )
    path.write_text(path.read_text() + (tmp_path / "c").read_text())
    return path


def test_tls_and_who_is_trusted(run: Run, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async def scenario(outcomes: list[tuple[str, type]]) -> None:
        direct._tls.cache_clear()
        direct._head.cache_clear()
        async with Server(says(OK), tls=tls) as server, DirectRequest(1, connect_timeout=2) as request:
            for host, expected in outcomes:
                assert type(await outcome(request, server.url.replace("127.0.0.1", host))) is expected

    run(scenario([("127.0.0.1", NotSent)]))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    run(scenario([("127.0.0.1", int), ("localhost", NotSent), ("127.0.0.1", int)]))
    direct._tls.cache_clear()
    direct._head.cache_clear()


@pytest.mark.parametrize(
    "url", ["http://u:p@127.0.0.1/x", "ftp://127.0.0.1/x", "http:///x", "http://127.0.0.1:x/", "http://é/x"]
)
async def test_an_address_that_we_refuse(url: str) -> None:
    async with DirectRequest(1) as request:
        with pytest.raises(BadRequest, match="cannot be built"):
            await request.post(url)


def test_a_path_is_written_as_one_line(run: Run) -> None:
    async def scenario() -> None:
        async with Server(says(OK)) as server, DirectRequest(1) as request:
            for path in ("documents/é a\r\nX-Evil: 1.pdf", "a%20b/c?d=e"):
                await request.retrieve(server.url + path)
            heads = [asked.partition(b"\r\n")[0] for asked in server.asked]
            assert heads == [
                b"GET /bot1:A/xdocuments/%C3%A9%20aX-Evil:%201.pdf HTTP/1.1",
                b"GET /bot1:A/xa%20b/c?d=e HTTP/1.1",
            ]

    run(scenario())


def test_which_client_auto_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_request("auto", 1), DirectRequest)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert isinstance(make_request("auto", 1), FastRequest)
