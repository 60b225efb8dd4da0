"""Files made by hand: a good one of each kind, and hostile ones, as small as they can be."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image

MB = 2**20
ODT_TYPE = "application/vnd.oasis.opendocument.text"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="x"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(56) + b"PE\x00\x00" + bytes(2000)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def pdf(body: bytes = b"1 0 obj <</Type/Catalog>> endobj\n") -> bytes:
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + body
    return head + b"xref\n0 1\n0000000000 65535 f \ntrailer <</Size 1>>\nstartxref\n%d\n%%%%EOF\n" % len(head)


def packed_objects(inside: bytes) -> bytes:
    """A PDF whose objects are packed together, under a name that only a reader of names would know."""
    packed = zlib.compress(b"1 0 2 30 " + inside)
    head = b"9 0 obj <</Type/Obj#53tm/N 2/First 8/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return pdf(head + packed + b"\nendstream endobj\n")


def archive(entries: Mapping[str, bytes | str], *, stored: str = "") -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(_entry(name), content, ZIP_STORED if name == stored else ZIP_DEFLATED)
    return made.getvalue()


def _entry(name: str) -> ZipInfo:
    """An entry whose name is written as it is, not mended."""
    entry = ZipInfo("x", (2026, 1, 1, 0, 0, 0))
    entry.filename = entry.orig_filename = name
    return entry


def docx(**more: bytes | str) -> bytes:
    return _office(TYPES, more)


def _office(types: str, more: Mapping[str, bytes | str]) -> bytes:
    base = {
        "[Content_Types].xml": types,
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": "<w:document/>",
    }
    return archive({**base, **more})


def docx_with(name: str, content: bytes | str) -> bytes:
    return docx(**{name: content})


def odt(**more: bytes | str) -> bytes:
    base = {"mimetype": ODT_TYPE, "content.xml": "<office/>", "META-INF/manifest.xml": "<manifest/>"}
    return archive({**base, **more}, stored="mimetype")


def xlsx() -> bytes:
    types = TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")
    return archive({"[Content_Types].xml": types, "xl/workbook.xml": "<x/>"})


def docm() -> bytes:
    return _office(
        TYPES.replace(
            "openxmlformats-officedocument.wordprocessingml.document", "ms-word.document.macroEnabled"
        ),
        {},
    )


def locked() -> bytes:
    """A DOCX whose entries say that they ask for a password."""
    made = bytearray(docx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + place] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def linked() -> bytes:
    """A DOCX with an entry that is a link to a file of the machine."""
    made = io.BytesIO(docx())
    link = ZipInfo("word/media/x", (2026, 1, 1, 0, 0, 0))
    link.external_attr = 0o120777 << 16
    with ZipFile(made, "a") as zipped:
        zipped.writestr(link, "/etc/passwd")
    return made.getvalue()


def overlapping(size: int = MB) -> bytes:
    """A DOCX of which many entries share the same bytes: each is small, together they are huge."""
    made = bytearray(docx_with("word/media/a", bytes(size)))
    end = made.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack("<H2L", made[end + 10 : end + 20])
    last = made.rfind(b"PK\x01\x02", 0, end)
    record = bytes(made[last:end])
    more = b"".join(
        record.replace(b"word/media/a", f"word/media/{n:01x}".encode()[:12]) for n in range(1, 10)
    )
    made[end:end] = more
    end += len(more)
    made[end + 8 : end + 20] = struct.pack("<2H2L", count + 9, count + 9, length + len(more), start)
    return bytes(made)


def lying() -> bytes:
    """A DOCX whose headers say that a bomb is small."""
    made = bytearray(docx_with("word/media/a", bytes(30 * MB)))
    true, told = struct.pack("<L", 30 * MB), struct.pack("<L", 1000)
    return bytes(made.replace(true, told))


def nested_bomb() -> bytes:
    inner = archive({"a": bytes(20 * MB)})
    return docx_with("word/embeddings/a.xlsx", archive({str(n): inner for n in range(5)}))


def crowd(entries: int = 5_000) -> bytes:
    return docx(**{f"word/media/{n}": "" for n in range(entries)})


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    made = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(made, kind, **how)  # type: ignore[arg-type]
    return made.getvalue()


def located(orientation: int = 6) -> bytes:
    """A photo that tells where and by what it was taken, and that lies on its side."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F] = "PhoneOfCamille"
    place = told.get_ifd(0x8825)
    place[1], place[2] = "N", (47.0, 14.0, 16.0)
    place[3], place[4] = "E", (6.0, 1.0, 27.0)
    thumb = picture("JPEG", (16, 12))
    return picture("JPEG", (40, 30), exif=told, comment=b"PrivateComment", xmp=b"<x>PrivateXmp</x>") + thumb


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose head promises more than any machine holds."""
    head = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(100)))
        + _chunk(b"IEND", b"")
    )


def png_text_bomb() -> bytes:
    packed = zlib.compress(bytes(50 * MB), 9)
    made = picture("PNG")
    return made[:33] + _chunk(b"zTXt", b"Comment\0\0" + packed) + made[33:]


def image_bomb() -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.new("1", (30_000, 30_000)).save(made, "PNG")
    return made.getvalue()


def jpeg_claiming(width: int, height: int) -> bytes:
    made = bytearray(picture())
    at = made.find(b"\xff\xc0")
    made[at + 5 : at + 9] = struct.pack(">2H", height, width)
    return bytes(made)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))


def mp3(frames: int = 12, *, tagged: bool = False) -> bytes:
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) if tagged else b""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">L", len(content) + 8) + name + content


def mp4(brand: bytes = b"isom", more: bytes = b"") -> bytes:
    film = box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd", bytes(80))) + more)
    return box(b"ftyp", brand + bytes(4) + b"isommp41") + film + box(b"mdat", bytes(500))


def filmed_at_home() -> bytes:
    return mp4(more=box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+47.2378+006.0241/")))


GOOD: Mapping[str, tuple[str, bytes]] = {
    "pdf": ("Plan d'action.pdf", pdf()),
    "jpg": ("photo.JPEG", picture()),
    "png": ("schéma.png", picture("PNG")),
    "odt": ("lettre.odt", odt()),
    "docx": ("Rapport.docx", docx()),
    "mp3": ("entretien.mp3", mp3(tagged=True)),
    "mp4": ("atelier.mp4", mp4()),
}
"""One of each kind that is taken."""
