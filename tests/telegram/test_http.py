"""One contract for the three HTTP clients: what a broken network means for the message."""

import asyncio
import contextlib
import socket

import pytest
from loopback import TOKEN, Behaviour, Client, Loopback, error_of, impatient

from bot.telegram.calls import Api
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent, classify
from bot.telegram.http import make_request
from rallynov.delivery.decisions import FailureKind


async def test_a_connection_serves_again(api: Api, server: Loopback) -> None:
    for _ in range(5):
        await api.call("getMe")
    assert len(server.transports) == 1


async def test_nobody_listens(client: Client) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        error = await error_of(impatient(client).post(f"http://127.0.0.1:{port}/bot{TOKEN}/x"))
    assert type(error) is NotSent
    assert error.__cause__ is not None


async def test_no_such_name(client: Client) -> None:
    error = await error_of(impatient(client, connect_timeout=5.0).post(f"http://none.invalid/bot{TOKEN}/x"))
    assert type(error) is NotSent


async def test_a_connection_that_is_not_taken_in_time(client: Client) -> None:
    with contextlib.ExitStack() as full:
        server = full.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):  # one is accepted by the kernel, the next fills its queue, the others wait
            waiting = full.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        port = server.getsockname()[1]
        error = await error_of(impatient(client).post(f"http://127.0.0.1:{port}/bot{TOKEN}/x"))
    assert type(error) is NotSent


async def test_no_free_connection(client: Client, server: Loopback) -> None:
    server.behaviour = "hang"
    request = impatient(client)
    first, second = await asyncio.gather(
        *(error_of(request.post(f"{server.url}/bot{TOKEN}/x")) for _ in range(2))
    )
    assert type(first) is MaybeSentTimedOut
    assert type(second) is NotSent
    await request.shutdown()


async def test_no_answer_in_time(client: Client, server: Loopback) -> None:
    server.behaviour = "hang"
    request = impatient(client)
    error = await error_of(request.post(f"{server.url}/bot{TOKEN}/x"))
    assert type(error) is MaybeSentTimedOut
    assert len(server.requests) == 1
    await request.shutdown()


async def test_the_wait_of_one_call(client: Client, server: Loopback) -> None:
    server.behaviour = "hang"
    request = impatient(client, read_timeout=60.0)
    error = await error_of(request.post(f"{server.url}/bot{TOKEN}/x", read_timeout=0.1))
    assert type(error) is MaybeSentTimedOut
    await request.shutdown()


@pytest.mark.parametrize("behaviour", ["cut", "cut answer", "slam"])
async def test_a_connection_cut(api: Api, server: Loopback, behaviour: Behaviour) -> None:
    server.behaviour = behaviour
    error = await error_of(api.call("sendMessage", chat_id=1, text="x"))
    assert type(error) is MaybeSent
    assert error.__cause__ is not None
    assert len(server.requests) == (0 if behaviour == "slam" else 1)  # never tried twice by the client itself


async def test_a_redirect_is_not_followed(api: Api, server: Loopback) -> None:
    server.status = 307
    assert classify(await error_of(api.call("sendMessage", text="x"))).kind is FailureKind.UNKNOWN
    assert len(server.requests) == 1


async def test_a_proxy_from_the_environment(
    client: Client, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "direct.invalid")
    request = make_request("auto" if client == "direct" else client, 1)  # which then is not direct
    await request.post("http://api.invalid/botx/getMe")
    assert server.requests[-1][0] == "http://api.invalid/botx/getMe"
    assert type(await error_of(request.post(f"https://api.invalid/bot{TOKEN}/x"))) is NotSent
    assert type(await error_of(request.post(f"http://direct.invalid/bot{TOKEN}/x"))) is NotSent
    await request.shutdown()


async def test_closed_and_opened_again(api: Api, server: Loopback) -> None:
    await api.shutdown()
    error = await error_of(api.call("sendMessage"))
    assert classify(error).kind is FailureKind.NOT_SENT
    await api.initialize()
    assert await api.call("sendMessage") == {"message_id": 7}


async def test_closed_while_a_call_is_under_way(client: Client, server: Loopback) -> None:
    server.behaviour = "hang"
    request = make_request(client, 1)
    call = asyncio.create_task(error_of(request.post(f"{server.url}/bot{TOKEN}/x")))
    await server.received.wait()
    await request.shutdown()
    assert isinstance(await call, MaybeSent)
