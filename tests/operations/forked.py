"""The command line kept warm: one process that has it loaded, and a fork of it for each command that a test starts.

What runs is the product's own entry, with the arguments, folder, environment, streams and signals of whoever starts it;
only its start, a second each time, is shared.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = """\
import os, signal, socket, sys
from array import array
asked = socket.socket(socket.AF_UNIX)
asked.connect({place!r})
said = [*sys.argv[1:], "", os.getcwd(), *(f"{{k}}={{v}}" for k, v in os.environ.items())]
whole = "\\0".join(said).encode()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: asked.send(bytes([number])))
asked.sendmsg([len(whole).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [0, 1, 2]))])
asked.sendall(whole)
for stream in (0, 1, 2):
    os.close(stream)
os._exit(asked.recv(1)[0])
"""
PLACE = 100
"""Bytes that the name of a socket may have."""


@contextmanager
def warm(folder: Path) -> Iterator[Path]:
    """Load the command line once; give a ``rallynov`` that a shell or a test starts."""
    place, command = folder / "heard", folder / "rallynov"
    assert len(os.fsencode(place)) < PLACE
    (folder / "client.py").write_text(CLIENT.format(place=str(place)))
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {folder}/client.py "$@"\n')
    command.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, __file__, str(place)], env=env, stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        yield command
        server.kill()


def serve(place: str) -> None:
    """Fork for each command until killed: somebody who minds it, and the command itself."""
    from bot import run  # noqa: PLC0415  # not in the process of the tests
    from bot.cli import app  # noqa: PLC0415

    del run
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    heard = socket.socket(socket.AF_UNIX)
    heard.bind(place)
    heard.listen()
    print("ready", flush=True)  # noqa: T201  # heard by the test
    while True:
        asked, _ = heard.accept()
        if os.fork() == 0:
            heard.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _mind(app, asked)
        asked.close()


def _mind(app: object, asked: socket.socket) -> None:
    """Start one command, hand it the signals that come, and tell how it ended; it ends with whoever asked for it."""
    streams = array("i")
    length, rights, *_ = asked.recvmsg(4, socket.CMSG_LEN(12))
    streams.frombytes(rights[0][2])
    whole = b""
    while len(whole) < int.from_bytes(length, "big"):
        whole += asked.recv(65_536)
    child = os.fork()
    if child == 0:
        asked.close()
        _run(app, whole.decode().split("\0"), list(streams))
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(child)
    while ended not in (ready := select.select([asked, ended], [], [])[0]):
        told = asked.recv(1) if ready else b""
        os.kill(child, told[0] if told else signal.SIGKILL)
        if not told:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    asked.sendall(bytes([code & 255]))
    os._exit(0)


def _run(app: object, said: list[str], streams: list[int]) -> None:
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        end = said.index("")
        os.chdir(said[end + 1])
        os.environ.clear()
        os.environ.update(one.split("=", 1) for one in said[end + 2 :])
        app(said[:end], prog_name="rallynov")  # type: ignore[operator]
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
