"""The methods of the Bot API: parameters in, `result` out. A method that is not here answers `true`."""

from collections.abc import Callable
from typing import Any

from .chats import BOT, CAPTION_UNITS, MESSAGE_UNITS, Chats, formatted
from .faults import Refused

Params = dict[str, Any]

TO_A_CHAT = ("send", "edit", "copy", "forward", "delete")
ACTIONS = frozenset(["typing", "upload_photo", "upload_document"])
PHOTO_BYTES = 10 * 1024 * 1024
SIDES, RATIO = 10_000, 20
PNG = b"\x89PNG\r\n\x1a\n"


def to_a_chat(method: str, params: Params) -> bool:
    """Say whether the call addresses a chat, and so may be refused by it."""
    called = method.lower()
    return "chat_id" in params and called.startswith(TO_A_CHAT) and called != "sendchataction"


def send_message(chats: Chats, params: Params) -> Any:
    _need_chat(params)
    return chats.post(params, text=_text(params))


def edit_text(chats: Chats, params: Params) -> Any:
    _need_chat(params)
    return chats.edit(params, _text(params))


def edit_markup(chats: Chats, params: Params) -> Any:
    _need_chat(params)
    return chats.edit(params, None)


def send_photo(chats: Chats, params: Params) -> Any:
    caption = _caption(params, "photo")
    width, height, size = _measured(params["photo"])
    told = {"file_id": "AgACAgQAAx", "file_unique_id": "AQADx", "file_size": size}
    return chats.post(params, photo=[{**told, "width": width, "height": height}], **caption)


def _measured(photo: Any) -> tuple[int, int, int]:
    """Give width, height and size of an uploaded picture; refuse what the real server refuses."""
    if not isinstance(photo, dict):
        return 90, 90, 1253
    content: bytes = photo["content"]
    if len(content) > PHOTO_BYTES:
        raise Refused(400, "Bad Request: file is too big")
    if not content.startswith(PNG) or len(content) < 24:
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    if width + height > SIDES or max(width, height) > RATIO * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width, height, len(content)


def show_action(_chats: Chats, params: Params) -> Any:
    _need_chat(params)
    if params.get("action") not in ACTIONS:
        raise Refused(400, "Bad Request: wrong parameter action in request")
    return True


def send_document(chats: Chats, params: Params) -> Any:
    document = params.get("document")
    told: Params = {"file_id": "BQACAgQAAx", "file_unique_id": "AgADx"}
    if isinstance(document, dict):
        told |= {"file_name": document["filename"], "mime_type": document["kind"]}
        told["file_size"] = len(document["content"])
    return chats.post(params, document=told, **_caption(params, "document"))


def send_venue(chats: Chats, params: Params) -> Any:
    _need_chat(params)
    try:
        spot = {name: float(params[name]) for name in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        raise Refused(400, "Bad Request: can't parse location") from None
    told = {name: params.get(name) for name in ("title", "address")}
    if not all(told.values()):
        raise Refused(400, "Bad Request: venue title and address must be non-empty")
    return chats.post(params, venue={"location": spot, **told})


def answer_press(chats: Chats, params: Params) -> Any:
    if str(params.get("callback_query_id")) not in chats.queries:
        text = "query is too old and response timeout expired or query ID is invalid"
        raise Refused(400, f"Bad Request: {text}")
    if len(str(params.get("text") or "")) > 200:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    return True


def get_me(_chats: Chats, _params: Params) -> Any:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }
    return {**BOT, **abilities, "can_connect_to_business": False, "has_main_web_app": False}


def delete_message(chats: Chats, params: Params) -> Any:
    _need_chat(params)
    return chats.delete(params)


METHODS: dict[str, Callable[[Chats, Params], Any]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_text,
    "editmessagereplymarkup": edit_markup,
    "answercallbackquery": answer_press,
    "deletemessage": delete_message,
    "sendphoto": send_photo,
    "sendchataction": show_action,
    "senddocument": send_document,
    "sendvenue": send_venue,
}


def _need_chat(params: Params) -> None:
    if params.get("chat_id") in (None, "", 0):
        raise Refused(400, "Bad Request: chat_id is empty")


def _text(params: Params) -> str:
    if not params.get("text"):
        raise Refused(400, "Bad Request: message text is empty")
    text = formatted(params, "text", MESSAGE_UNITS)
    if not text:
        raise Refused(400, "Bad Request: text must be non-empty")
    return text


def _caption(params: Params, file: str) -> Params:
    _need_chat(params)
    if not params.get(file):
        raise Refused(400, f"Bad Request: there is no {file} in the request")
    caption = formatted(params, "caption", CAPTION_UNITS)
    return {"caption": caption} if caption else {}
