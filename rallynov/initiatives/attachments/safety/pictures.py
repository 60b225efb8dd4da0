"""JPG and PNG: decoded, turned the right way up, and written anew with their points alone.

Position, date, device, thumbnails, comments, colour profiles and whatever was stuck behind the picture stay out.
"""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, UnidentifiedImageError

from rallynov.initiatives.attachments.kinds import FileKind, UnsafeError, Why

PIXELS = 40_000_000
"""Points of a picture: eight times what a page shows."""
_FORMATS = {FileKind.JPG: "JPEG", FileKind.PNG: "PNG"}
_BOMBS = (Image.DecompressionBombWarning, Image.DecompressionBombError)
_FAULTS = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError),
    *(struct.error, ArithmeticError, AttributeError),
)
"""What Pillow raises of a file that is not as it should be."""


def clean(source: Path, target: Path, kind: FileKind) -> bool:
    """Write a picture anew; return whether it told anything beside itself. ``UnsafeError`` says why it is not taken."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source, formats=[_FORMATS[kind]]) as opened:
            opened.verify()
        with Image.open(source, formats=[_FORMATS[kind]]) as opened:
            return _written(opened, target, kind)
    except _BOMBS as error:
        raise UnsafeError(Why.BOMB) from error
    except _FAULTS as error:
        raise UnsafeError(Why.BROKEN) from error


def _written(opened: Image.Image, target: Path, kind: FileKind) -> bool:
    opened.load()
    told = bool(opened.getexif())
    how = _like(opened)
    ImageOps.exif_transpose(opened, in_place=True)
    picture = _true(opened)
    if kind is FileKind.PNG and "transparency" in picture.info:
        how["transparency"] = picture.info["transparency"]
    picture.info = {}
    picture.save(target, _FORMATS[kind], **how)
    return told


def _like(opened: Image.Image) -> dict[str, Any]:
    """Return how to write a JPEG so that it loses no more than it has lost already, and weighs the same."""
    if not isinstance(opened, JpegImagePlugin.JpegImageFile):
        return {}
    sampling = JpegImagePlugin.get_sampling(opened)
    fine = {"qtables": opened.quantization} if opened.quantization else {"quality": 90}
    return fine | ({"subsampling": sampling} if sampling >= 0 and opened.mode == "RGB" else {})


def _true(picture: Image.Image) -> Image.Image:
    """Give a picture in the colours that every screen assumes: a profile, which may hold anything, is not kept."""
    profile = picture.info.get("icc_profile")
    printed = picture.mode == "CMYK"
    if profile and picture.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGB" if printed else picture.mode
            turned = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode=mode, inPlace=not printed
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that cannot be read: the colours are taken as they are
        else:
            picture = turned or picture
            printed = False
    return picture.convert("RGB") if printed else picture
