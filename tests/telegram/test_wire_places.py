"""Our own connections: how many there are, who waits for one, where they lead, and whom they trust."""

import asyncio
import random
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from telegram.error import BadRequest
from wired import CLOSING, OK, Run, Server, outcome, says

from bot.telegram import direct, lines
from bot.telegram.direct import DirectRequest
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent
from bot.telegram.fast import FastRequest
from bot.telegram.http import make_request


def test_those_who_wait_are_served_in_turn_by_so_many_connections(run: Run) -> None:
    async def scenario() -> None:
        gates = [asyncio.Event() for _ in range(30)]

        async def held(number: int, writer: asyncio.StreamWriter) -> None:
            await gates[number].wait()
            writer.write(OK)

        async with Server(held) as server, DirectRequest(3) as request, asyncio.timeout(30):
            ended: list[int] = []

            async def call(number: int) -> None:
                assert await request.post(server.url, pool_timeout=30, read_timeout=30) == 1
                ended.append(number)

            calls = [asyncio.create_task(call(number)) for number in range(30)]
            for number, gate in enumerate(gates):
                while len(server.asked) < min(number + 3, 30) or len(ended) < number:
                    await asyncio.sleep(0.001)
                gate.set()
            await asyncio.gather(*calls)
            assert sorted(ended[:3]) == [0, 1, 2]  # they connect at the same time
            assert ended[3:] == [*range(3, 30)]
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
