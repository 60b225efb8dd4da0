"""The methods of the Bot API: parameters in, `result` out. A method that is not here answers `true`."""

from collections.abc import Callable
from typing import Any

from .chats import BOT, CAPTION_UNITS, MESSAGE_UNITS, Chats, formatted
from .faults import Refused

Params = dict[str, Any]

TO_A_CHAT = ("send", "edit", "copy", "forward", "delete")


def to_a_chat(method: str, params: Params) -> bool:
    """Say whether the call addresses a chat, and so may be refused by it."""
    return "chat_id" in params and method.lower().startswith(TO_A_CHAT) and "webhook" not in method.lower()


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
    sizes = [
        {"file_id": "AgACAgQAAx", "file_unique_id": "AQADx", "width": 90, "height": 90, "file_size": 1253}
    ]
    return chats.post(params, photo=sizes, **_caption(params, "photo"))


def send_document(chats: Chats, params: Params) -> Any:
    document = params.get("document")
    told: Params = {"file_id": "BQACAgQAAx", "file_unique_id": "AgADx"}
    if isinstance(document, dict):
        told |= {"file_name": document["filename"], "mime_type": document["kind"]}
        told["file_size"] = len(document["content"])
    return chats.post(params, document=told, **_caption(params, "document"))


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
    "senddocument": send_document,
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
