"""The hostile files, each with its name and what becomes of it: why it is refused, or that it is cleaned."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from files import samples
from files.samples import MB

from rallynov.initiatives.attachments.kinds import Why

Content: TypeAlias = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: what it is called, and why it is refused; ``found`` is what it is said to be."""

    name: str
    content: Content
    why: Why
    found: str = ""


def _of(name: str, why: Why, content: Content, found: str = "") -> Hostile:
    return Hostile(name, content, why, found)


REFUSED: dict[str, Hostile] = {
    "zip bomb, flat": _of("a.docx", Why.BOMB, lambda: samples.docx_with("word/media/a", bytes(120 * MB))),
    "zip bomb, swollen": _of("a.docx", Why.BOMB, lambda: samples.docx_with("word/media/a", bytes(20 * MB))),
    "zip bomb, nested": _of("a.docx", Why.BOMB, samples.nested_bomb),
    "zip bomb, nested elsewhere": _of(
        "a.odt", Why.BOMB, lambda: samples.odt(Object=samples.archive({"a": "b"}))
    ),
    "zip bomb, overlapping": _of("a.docx", Why.BOMB, samples.overlapping),
    "zip bomb, lying": _of("a.docx", Why.BROKEN, samples.lying),
    "zip of five thousand": _of("a.docx", Why.BOMB, samples.crowd),
    "zip that climbs": _of(
        "a.docx", Why.BROKEN, lambda: samples.docx_with("../../../etc/cron.d/x", "* * * * *")
    ),
    "zip with a backslash": _of("a.docx", Why.BROKEN, lambda: samples.docx_with("..\\x.exe", "x")),
    "zip with an absolute path": _of(
        "a.odt", Why.BROKEN, lambda: samples.archive({"/etc/x": "x", "mimetype": "y"})
    ),
    "zip with a link": _of("a.docx", Why.BROKEN, samples.linked),
    "zip with a password": _of("a.docx", Why.LOCKED, samples.locked),
    "entities": _of(
        "a.docx", Why.BOMB, lambda: samples.docx_with("word/x.xml", '<!DOCTYPE l [<!ENTITY a "b">]>')
    ),
    "macros in a DOCX": _of("a.docx", Why.MACROS, lambda: samples.docx_with("word/vbaProject.bin", b"x")),
    "a DOCM renamed": _of("a.docx", Why.MACROS, samples.docm),
    "macros in an ODT": _of(
        "a.odt", Why.MACROS, lambda: samples.odt(**{"Basic/Standard/Module1.xml": "Sub x"})
    ),
    "a program in a DOCX": _of(
        "a.docx", Why.ACTIVE, lambda: samples.docx_with("word/media/a.png", samples.EXE)
    ),
    "a packed object": _of(
        "a.docx",
        Why.ACTIVE,
        lambda: samples.docx_with(
            "word/embeddings/oleObject1.bin", samples.OLE + bytes(600) + "\x01Ole10Native".encode("utf-16-le")
        ),
    ),
    "a remote template": _of(
        "a.docx",
        Why.ACTIVE,
        lambda: samples.docx_with(
            "word/_rels/settings.xml.rels",
            '<R Type="http://x/attachedTemplate" Target="https://evil/x.dotm"/>',
        ),
    ),
    "an ODT without its mark": _of(
        "a.odt", Why.BROKEN, lambda: samples.archive({"content.xml": "<x/>", "META-INF/manifest.xml": "<m/>"})
    ),
    "a spreadsheet renamed": _of("a.docx", Why.DISGUISED, samples.xlsx, "xlsx"),
    "a mere zip renamed": _of("a.odt", Why.DISGUISED, lambda: samples.archive({"a": "b"}), "zip"),
    "a program renamed": _of("facture.docx", Why.DISGUISED, lambda: samples.EXE, "exe"),
    "a PNG renamed": _of("scan.pdf", Why.DISGUISED, lambda: samples.picture("PNG"), "png"),
    "a web page renamed": _of("photo.jpg", Why.DISGUISED, lambda: samples.HTML, "html"),
    "an SVG renamed": _of("photo.jpg", Why.DISGUISED, lambda: samples.SVG, "svg"),
    "a script": _of("photo.png", Why.DISGUISED, lambda: b"#!/bin/sh\nrm -rf /\n", "exe"),
    "a PDF named as a program": _of("plan.pdf.exe", Why.DISGUISED, samples.pdf, "pdf"),
    "a name that reads backwards": _of("photo\u202egpj.exe", Why.DISGUISED, samples.picture, "jpg"),
    "a PDF that is a zip": _of(
        "a.pdf", Why.TWOFOLD, lambda: samples.pdf() + samples.archive({"x.exe": samples.EXE}), "zip"
    ),
    "a zip that is a PDF": _of("a.pdf", Why.TWOFOLD, lambda: samples.pdf(samples.archive({"x": "y"})), "zip"),
    "a photo that is a zip": _of(
        "a.jpg", Why.TWOFOLD, lambda: samples.picture() + samples.archive({"x": "y"}), "zip"
    ),
    "a sound that is a PDF": _of(
        "a.mp3", Why.TWOFOLD, lambda: samples.mp3(1) + b"%PDF-1.4" + samples.mp3(9), "pdf"
    ),
    "a PDF with a script": _of(
        "a.pdf", Why.ACTIVE, lambda: samples.pdf(b"1 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj\n")
    ),
    "a PDF with a script, packed": _of(
        "a.pdf", Why.ACTIVE, lambda: samples.packed_objects(b"<</S /JavaScript /JS (x)>> <</A 1>>")
    ),
    "a PDF that starts a program": _of(
        "a.pdf", Why.ACTIVE, lambda: samples.pdf(b"1 0 obj <</S/L#61unch/F(cmd.exe)>> endobj\n")
    ),
    "a PDF with a file in it": _of(
        "a.pdf", Why.ACTIVE, lambda: samples.pdf(b"1 0 obj <</Type/EmbeddedFile>> endobj\n")
    ),
    "a truncated PDF": _of("a.pdf", Why.BROKEN, lambda: samples.pdf()[:-12]),
    "a truncated PNG": _of("a.png", Why.BROKEN, lambda: samples.picture("PNG", (200, 200))[:-5000]),
    "a truncated JPG": _of("a.jpg", Why.BROKEN, lambda: samples.picture("JPEG", (200, 200))[:-5000]),
    "a truncated MP4": _of("a.mp4", Why.BROKEN, lambda: samples.mp4()[:-100]),
    "a truncated DOCX": _of("a.docx", Why.BROKEN, lambda: samples.docx()[:-30]),
    "a MP3 that is noise": _of("a.mp3", Why.BROKEN, lambda: samples.mp3(3) + b"\xff\xfb" + bytes(9000)),
    "an MP4 in a loop of boxes": _of(
        "a.mp4", Why.BROKEN, lambda: samples.mp4(more=samples.box(b"free") * 30_000)
    ),
    "an image bomb": _of("a.png", Why.BOMB, samples.image_bomb),
    "a PNG that promises the moon": _of(
        "a.png", Why.BOMB, lambda: samples.png_claiming(2**31 - 1, 2**31 - 1)
    ),
    "a JPG that promises the moon": _of("a.jpg", Why.BOMB, lambda: samples.jpeg_claiming(65_000, 65_000)),
    "a text bomb in a PNG": _of("a.png", Why.BROKEN, samples.png_text_bomb),
    "an empty file": _of("a.pdf", Why.EMPTY, lambda: b""),
    "10 MB and a byte": _of("a.pdf", Why.TOO_HEAVY, lambda: bytes(10 * MB + 1)),
    "20 MB and a byte": _of("a.pdf", Why.TOO_HEAVY, lambda: bytes(20 * MB + 1)),
    "a photo of a phone, HEIC": _of("IMG.HEIC", Why.UNLISTED, lambda: samples.mp4(b"heic"), "heic"),
    "a film of a phone, MOV": _of("a.mov", Why.UNLISTED, lambda: samples.mp4(b"qt  "), "mov"),
    "a sound of a phone, M4A": _of("a.m4a", Why.UNLISTED, lambda: samples.mp4(b"M4A "), "m4a"),
    "a text": _of("a.txt", Why.UNLISTED, "Bonjour à tous".encode, "text"),
}
"""What is refused, whatever it is called."""


def write(folder: Path) -> None:
    """Write them all, by their number; in a process of its own, which alone has them in memory."""
    for number, one in enumerate(REFUSED.values()):
        (folder / str(number)).write_bytes(one.content())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
