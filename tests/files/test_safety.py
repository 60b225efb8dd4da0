"""Each hostile file is refused for what it is; each good one is kept, with nothing that its author did not mean to tell."""

from __future__ import annotations

import contextlib
import io
import random
from pathlib import Path

import pytest
from files import samples
from files.hostile import REFUSED, Hostile
from files.samples import GOOD
from PIL import Image, ImageChops

from rallynov.initiatives.attachments import names
from rallynov.initiatives.attachments.examiner import examine
from rallynov.initiatives.attachments.intake import named
from rallynov.initiatives.attachments.kinds import Examined, FileKind, Refused, UnsafeError, Why
from rallynov.initiatives.attachments.safety.look import look

LOOKED_AT = {title: one for title, one in REFUSED.items() if one.why is not Why.TOO_HEAVY}


async def seen(folder: Path, name: str, content: bytes) -> Examined | Refused:
    """What the worker makes of a file: the other process looks at it, then its name is compared."""
    source = folder / "raw"
    source.write_bytes(content)
    return named(names.cleaned(name), await examine(source, folder / "clean"))


@pytest.mark.parametrize("hostile", LOOKED_AT.values(), ids=LOOKED_AT)
async def test_a_hostile_file_is_refused_for_what_it_is(tmp_path: Path, hostile: Hostile) -> None:
    refused = await seen(tmp_path, hostile.name, hostile.content())
    assert isinstance(refused, Refused)
    assert (refused.why, refused.found) == (hostile.why, hostile.found)


@pytest.mark.parametrize("kind", GOOD)
async def test_a_good_file_is_kept(tmp_path: Path, kind: str) -> None:
    name, content = GOOD[kind]
    kept = await seen(tmp_path, name, content)
    assert isinstance(kept, Examined)
    assert (kept.kind, kept.size) == (FileKind(kind), (tmp_path / "clean").stat().st_size)
    if kind not in {"jpg", "png"}:
        assert (tmp_path / "clean").read_bytes() == content


async def test_a_photo_tells_no_place_any_more_and_stands_upright(tmp_path: Path) -> None:
    raw = samples.located()
    kept = await seen(tmp_path, "maison.jpg", raw)
    assert isinstance(kept, Examined)
    assert kept.cleaned
    clean = (tmp_path / "clean").read_bytes()
    for private in (b"PhoneOfCamille", b"PrivateComment", b"PrivateXmp", b"Exif", b"http://ns.adobe.com"):
        assert private not in clean
    with Image.open(io.BytesIO(clean)) as shown, Image.open(io.BytesIO(raw)) as taken:
        assert not shown.getexif()
        assert shown.size == (30, 40)  # it lay on its side
        turned = taken.convert("RGB").transpose(Image.Transpose.ROTATE_270)
        far = ImageChops.difference(shown.convert("RGB"), turned).convert("L").getextrema()
        assert far[1] < 40  # no more is lost than by saving once more


def test_the_colours_of_a_profile_are_those_that_every_screen_assumes(tmp_path: Path) -> None:
    from PIL import ImageCms  # noqa: PLC0415

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for how in ({"icc_profile": profile}, {"icc_profile": b"rubbish"}):
        (tmp_path / "raw").write_bytes(samples.picture("PNG", **how))
        assert look(tmp_path / "raw", tmp_path / "clean").kind is FileKind.PNG
        with Image.open(tmp_path / "clean") as shown:
            assert "icc_profile" not in shown.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_sort_of_png_stays_what_it_is(tmp_path: Path, mode: str) -> None:
    made = io.BytesIO()
    noise = Image.effect_noise((20, 10), 60)
    picture = Image.new("I;16", (20, 10), 700) if mode == "I;16" else noise.convert("RGB").convert(mode)
    picture.save(made, "PNG", **({"transparency": 3} if mode == "P" else {}))
    (tmp_path / "raw").write_bytes(made.getvalue())
    assert look(tmp_path / "raw", tmp_path / "clean").kind is FileKind.PNG
    with Image.open(tmp_path / "clean") as shown, Image.open(tmp_path / "raw") as was:
        assert (shown.mode, shown.tobytes()) == (was.mode, was.tobytes())
        assert shown.info.get("transparency") == was.info.get("transparency")


def test_a_photo_for_print_is_turned_into_one_for_screens(tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.effect_noise((20, 10), 60).convert("CMYK").save(made, "JPEG")
    (tmp_path / "raw").write_bytes(made.getvalue())
    look(tmp_path / "raw", tmp_path / "clean")
    with Image.open(tmp_path / "clean") as shown:
        assert shown.mode == "RGB"


async def test_a_film_tells_no_place_any_more_and_plays_from_the_same_bytes(tmp_path: Path) -> None:
    raw = samples.filmed_at_home()
    kept = await seen(tmp_path, "maison.mp4", raw)
    clean = (tmp_path / "clean").read_bytes()
    assert isinstance(kept, Examined)
    assert kept.cleaned
    assert len(clean) == len(raw)
    assert b"+47.2378" in raw
    assert b"+47.2378" not in clean
    assert clean[-500:] == raw[-500:]


async def test_no_good_file_can_be_cut_or_altered_into_a_crash(tmp_path: Path) -> None:
    """Whatever bytes change, the answer is one of ours: never an exception that nobody named."""
    dice = random.Random(4)
    for name, content in GOOD.values():
        for _ in range(60):
            made = bytearray(content[: dice.randrange(1, len(content) + 1)])
            for _ in range(dice.randrange(4)):
                made[dice.randrange(len(made))] = dice.randrange(256)
            (tmp_path / "raw").write_bytes(made)
            with contextlib.suppress(UnsafeError):
                assert look(tmp_path / "raw", tmp_path / "clean").kind in FileKind, name


async def test_whoever_exhausts_the_other_process_exhausts_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").write_bytes(b"%PDF-")
    for script, why in (
        ("bytes(2**31)", Why.BOMB),  # memory
        ("open('big', 'wb').write(bytes(2**27))", Why.BROKEN),  # disk
        ("[0 for _ in iter(int, 1)]", Why.BOMB),  # time
        ("__import__('os').abort()", Why.BROKEN),
    ):
        source = (
            f"import os, sys; os.chdir({str(tmp_path)!r})\n"
            "from rallynov.initiatives.attachments import child\n"
            "from rallynov.initiatives.attachments.safety import look as module\n"
            f"def look(*_):\n    {script}\n"
            "child.SECONDS = 1\nmodule.look = look\nchild.main('raw', 'clean')\n"
        )
        (tmp_path / "made_to_exhaust.py").write_text(source)
        monkeypatch.setattr(
            "rallynov.initiatives.attachments.examiner._COMMAND",
            ("-c", f"exec(open({str(tmp_path / 'made_to_exhaust.py')!r}).read())"),
        )
        assert await examine(tmp_path / "raw", tmp_path / "clean") == Refused(why), script
