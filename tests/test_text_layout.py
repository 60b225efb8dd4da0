"""What the product writes: measured, cut for Telegram, typeset."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from rallynov.text import TYPOGRAPHIES, english, french, split_message, utf16_len

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@given(st.text(max_size=40))
def test_length_is_what_telegram_counts(text: str) -> None:
    assert utf16_len(text) == sum(2 if one > "\uffff" else 1 for one in text)


def test_two_thousand_emoji_are_too_long() -> None:
    assert utf16_len("\U0001f600" * 2_049) == 4_098


def _rejoins(text: str, parts: list[str]) -> bool:
    at = 0
    for part in parts:
        found = text.find(part, at)
        # The first place may be too early only where the text between is blank anyway.
        if found < 0 or text[at:found].strip():
            return False
        at = found + len(part)
    return not text[at:].strip()


WORDY = st.text(
    st.one_of(
        st.sampled_from("ab. \n!\u00a0\u202f\t\r"),
        st.sampled_from([FAMILY[0], "\u200d", "\u0301", "\U0001f1eb"]),
        st.characters(),
    ),
    max_size=120,
)


@given(WORDY, st.integers(2, 40))
@example("a \u0301b" * 10, 5)
@example("\u00a0" * 20, 5)
@example(FAMILY * 4, 3)
def test_parts_fit_and_join_again(text: str, limit: int) -> None:
    parts = split_message(text, limit)
    assert all(0 < utf16_len(part) <= limit for part in parts)
    assert all(part.strip() for part in parts)
    assert _rejoins(text, parts)
    assert bool(parts) == bool(text.strip())


@given(WORDY, st.integers(20, 40))
def test_no_character_is_cut_that_fits(text: str, limit: int) -> None:
    graphemes = regex.findall(r"\X", text)
    if any(utf16_len(one) > limit for one in graphemes):
        return
    assert [
        one for part in split_message(text, limit) for one in regex.findall(r"\X", part) if one.strip()
    ] == [one for one in graphemes if one.strip()]


@pytest.mark.parametrize("length", [4_095, 4_096, 4_097, 8_192, 16_000])
@pytest.mark.parametrize("sign", ["a", "é", "\U0001f600", FAMILY, "\U0001f1eb\U0001f1f7", "a b. "])
def test_around_the_limit_of_telegram(length: int, sign: str) -> None:
    text = (sign * length)[: length // utf16_len(sign) * len(sign)].strip()
    parts = split_message(text)
    assert len(parts) <= -(-utf16_len(text) // 4_080) + 1
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(utf16_len(part) <= 4_096 for part in parts)
    assert all(regex.fullmatch(r"\X", sign) is None or part.startswith(sign) for part in parts)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        (" \n ", 2, []),
        (" a ", 10, [" a "]),
        ("un deux trois", 8, ["un deux", "trois"]),
        ("Un deux. Trois quatre", 14, ["Un deux.", "Trois quatre"]),
        ("Un deux\u202f! Trois quatre", 14, ["Un deux\u202f!", "Trois quatre"]),
        ("Un. Deux\nTrois quatre", 16, ["Un. Deux", "Trois quatre"]),
        ("Un deux\n\nTrois\nquatre", 15, ["Un deux", "Trois\nquatre"]),
        ("A.\n\nbbbb cccc dddd", 14, ["A.\n\nbbbb cccc", "dddd"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("12\u202f000\u00a0€ net", 10, ["12\u202f000\u00a0€", "net"]),
        ("aa" + FAMILY, 9, ["aa", FAMILY]),
        (FAMILY, 4, ["\U0001f469\u200d", "\U0001f469\u200d", "\U0001f467"]),
    ],
)
def test_a_cut_is_where_a_reader_breathes(text: str, limit: int, parts: list[str]) -> None:
    assert split_message(text, limit) == parts


def test_a_part_has_room_for_one_emoji() -> None:
    with pytest.raises(ValueError, match="2 units"):
        split_message("abc", 1)


@pytest.mark.parametrize(
    ("written", "typeset"),
    [
        ("Bonjour !", "Bonjour⎵!"),
        ("Bonjour!", "Bonjour⎵!"),
        ("Oui ; non ?", "Oui⎵; non⎵?"),
        ("Quoi ?!", "Quoi⎵?!"),
        ("Étape : la suite", "Étape~: la suite"),
        ("Question :\n• une", "Question~:\n• une"),
        ("« Oui ! »", "«⎵Oui⎵!⎵»"),
        ("«Oui», dit-elle", "«⎵Oui⎵», dit-elle"),
        ("l'aide, aujourd'hui, qu'il", "l’aide, aujourd’hui, qu’il"),
        ("l'{name}", "l’{name}"),
        ("{name} : {count} !", "{name}~: {count}⎵!"),
        ("{when:%H:%M} ; {a!r} ?", "{when:%H:%M}⎵; {a!r}⎵?"),
        ("%(name)s !", "%(name)s⎵!"),
        ("Attendez...", "Attendez…"),
        ("Attendez... !", "Attendez…⎵!"),
        ("à 10:30 : départ", "à 10:30~: départ"),
        ("https://x.fr/it's?a=b;c:d... suite", "https://x.fr/it's?a=b;c:d… suite"),
        ("Voir https://x.fr/?q=1 !", "Voir https://x.fr/?q=1⎵!"),
        ("t.me/rallynov?start=abc", "t.me/rallynov?start=abc"),
        ("o'neil@x.fr ; d'aide@x.fr", "o'neil@x.fr⎵; d’aide@x.fr"),
        ("Tapez /aide ou /pause !", "Tapez /aide ou /pause⎵!"),
        ("`a ; b ! l'x...` !", "`a ; b ! l'x...`⎵!"),
        ("```\nx ? y : z\n```", "```\nx ? y : z\n```"),
        ("<b>Attention !</b> &amp; &nbsp;", "<b>Attention⎵!</b> &amp; &nbsp;"),
        (
            "<a href=\"https://x.fr/?a=1;b=l'x\">l'adresse</a> :",
            '<a href="https://x.fr/?a=1;b=l\'x">l’adresse</a>~:',
        ),
        ("*Attention !* (vraiment ?)", "*Attention⎵!* (vraiment⎵?)"),
        (":-) ;-) a:b", ":-) ;-) a:b"),
        ("12 %, 1:2", "12~%, 1:2"),
        ("{n} %, {n}%", "{n}~%, {n}~%"),
        ("100 %s, 20%20", "100 %s, 20%20"),
        ("! seul", "! seul"),
        ("", ""),
    ],
)
def test_words_are_typeset(written: str, typeset: str) -> None:
    assert french(written).replace("\u202f", "⎵").replace("\u00a0", "~") == typeset


@given(st.text(st.sampled_from("ab1é'’.:;!?%«»/`{}<>&@ \n\u00a0\u202f…~*()\""), max_size=40))
@example("« »")
@example("a' !")
@example("a:»")
@example('" "')
def test_typesetting_is_done_once(text: str) -> None:
    for typeset in TYPOGRAPHIES.values():
        assert typeset(typeset(text)) == typeset(text)


@given(
    st.text(st.sampled_from("ab'.:;!? "), max_size=12),
    st.sampled_from(["{name}", "https://x.fr/a?b=c;d", "`a ! b`"]),
)
def test_what_is_kept_is_kept_in_any_company(text: str, kept: str) -> None:
    for typeset in TYPOGRAPHIES.values():
        assert kept in typeset(f"{text} {kept} {text}")


@pytest.mark.parametrize(
    ("written", "typeset"),
    [
        ("I don't know", "I don’t know"),
        ("the employees' views, '90s", "the employees’ views, ’90s"),
        ("What now ? {name} : two ; three !", "What now? {name}: two; three!"),
        ('Type "back" ("menu").', "Type “back” (“menu”)."),
        ('"{name}" and "{other}"', "“{name}” and “{other}”"),
        ("“Not yet”", "“Not yet”"),
        ("Wait...", "Wait…"),
        ("at 10:30, {when:%H:%M}, 72%", "at 10:30, {when:%H:%M}, 72%"),
        ("o'neil@x.fr: https://x.fr/it's?a=b... /erase", "o'neil@x.fr: https://x.fr/it's?a=b… /erase"),
        ("", ""),
    ],
)
def test_english_words_are_typeset(written: str, typeset: str) -> None:
    assert english(written) == TYPOGRAPHIES["en"](written) == typeset
