"""Where the bot is a guest: groups, channels, and people who leave and come back."""

import pytest
from incoming import FILE, GROUP, NOW, PERSON, PRIVATE, event, message

from bot.telegram.updates import parse, read
from rallynov.delivery.tables import InboxStatus
from rallynov.dialogue.events import Event, Ignored, Left, Oddity, Returned, Sent


def test_a_group_is_answered_on_a_command_alone() -> None:
    for text in ("/start", "/aide", "/help", "/start@rallynov_bot", "/menu@rallynov_bot et encore"):
        assert event(message(GROUP, text=text)) == Sent(Oddity.GROUP)
    for text in ("/meteo", "/menu", "/", "//start", "Bonjour /start"):
        assert event(message(GROUP, text=text)) == Ignored()
    assert event(message(GROUP, text="Bonjour à tous")) == Ignored()
    assert event(message(GROUP, sticker=FILE)) == Ignored()
    assert event(message(GROUP, new_chat_members=[PERSON])) == Ignored()


@pytest.mark.parametrize(
    ("text", "ours"),
    [("/start@Rallynov_Bot", True), ("/start@rallynov_bot2", False), ("/start", True), ("/start@", True)],
)
def test_a_command_of_a_group_for_another_bot_is_not_ours(text: str, ours: bool) -> None:  # noqa: FBT001
    parsed = parse([{"update_id": 1, **message(GROUP, text=text)}], "42", NOW, "RALLYNOV_bot")
    assert (read(parsed.events[0].payload) == Sent(Oddity.GROUP)) is ours
    assert ("start" in parsed.events[0].payload) is ours  # what is for others is not kept


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("left", "member", Sent(Oddity.GROUP)),
        ("kicked", "administrator", Sent(Oddity.GROUP)),
        ("member", "administrator", Returned()),
        ("restricted", "member", Returned()),
        ("member", "left", Left()),
        ("administrator", "kicked", Left()),
    ],
)
def test_a_group_that_adds_the_bot_hears_it_once(before: str, now: str, expected: Event) -> None:
    statuses = {"old_chat_member": {"status": before}, "new_chat_member": {"status": now}}
    assert event({"my_chat_member": {"chat": GROUP, "from": PERSON, **statuses}}) == expected


def test_a_channel_is_no_conversation() -> None:
    channel = {"id": -100, "type": "channel"}
    statuses = {"old_chat_member": {"status": "left"}, "new_chat_member": {"status": "administrator"}}
    parsed = parse([{"update_id": 1, "my_chat_member": {"chat": channel, **statuses}}], "42", NOW)
    assert parsed.events[0].status == InboxStatus.IGNORED
    assert read(parsed.events[0].payload) == Ignored()


@pytest.mark.parametrize(
    ("status", "expected"), [("kicked", Left()), ("left", Left()), ("member", Returned())]
)
def test_leaving_and_coming_back(status: str, expected: Event) -> None:
    change = {
        "chat": PRIVATE,
        "from": PERSON,
        "date": 1,
        "new_chat_member": {"status": status, "user": PERSON},
    }
    assert event({"my_chat_member": change}) == expected
