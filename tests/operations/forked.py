"""The command line kept warm: one process that has it loaded, and a fork of it for each command that a shell starts.

What runs is the product's own entry, with the arguments, folder, environment and streams of the shell; only its start,
a second each time, is shared.
"""

from __future__ import annotations

import os
import socket
import sys
from array import array
from pathlib import Path

CLIENT = """\
import os, socket, sys
from array import array
asked = socket.socket(socket.AF_UNIX)
asked.connect({place!r})
said = [*sys.argv[1:], "", os.getcwd(), *(f"{{k}}={{v}}" for k, v in os.environ.items())]
whole = "\\0".join(said).encode()
asked.sendmsg([len(whole).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [0, 1, 2]))])
asked.sendall(whole)
sys.exit(asked.recv(1)[0])
"""


def installed(folder: Path) -> Path:
    """Write a ``rallynov`` that a shell finds in a folder; return where it is heard."""
    place = folder / "heard"
    (folder / "client.py").write_text(CLIENT.format(place=str(place)))
    command = folder / "rallynov"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {folder}/client.py "$@"\n')
    command.chmod(0o755)
    return place


def serve(place: str) -> None:
    """Fork for each command, one after the other, until killed."""
    from bot.cli import app  # noqa: PLC0415  # not in the process of the tests

    heard = socket.socket(socket.AF_UNIX)
    heard.bind(place)
    heard.listen()
    print("ready", flush=True)  # noqa: T201  # heard by the test
    while True:
        asked, _ = heard.accept()
        streams = array("i")
        length, rights, *_ = asked.recvmsg(4, socket.CMSG_LEN(12))
        streams.frombytes(rights[0][2])
        whole = b""
        while len(whole) < int.from_bytes(length, "big"):
            whole += asked.recv(65_536)
        child = os.fork()
        if child == 0:
            _run(app, whole.decode().split("\0"), list(streams))
        for stream in streams:
            os.close(stream)
        asked.sendall(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255]))
        asked.close()


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
