"""python-telegram-bot: ConversationHandler + PicklePersistence, as its own examples write it (its defaults)."""

import argparse
import asyncio
import logging

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    PicklePersistence,
)

options = argparse.ArgumentParser()
options.add_argument("--api", required=True)
options.add_argument("--db", required=True)
options.add_argument("--questions", type=int, default=25)
args = options.parse_args()
logging.basicConfig(level=logging.WARNING)

Q = args.questions
CHOICES = ("Never", "Sometimes", "Often", "Almost always")
QUESTIONS = [
    f"Question {k}/{Q}: how often did you notice this during the last two weeks? "
    "Please choose the answer that fits best."
    for k in range(1, Q + 1)
]
KEYBOARDS = [
    InlineKeyboardMarkup([[InlineKeyboardButton(t, callback_data=f"q:{k}:{i}")] for i, t in enumerate(CHOICES)])
    for k in range(1, Q + 1)
]


async def start(update, context):
    context.user_data["answers"] = {}
    await update.message.reply_text(QUESTIONS[0], reply_markup=KEYBOARDS[0])
    return 1


def step(k):
    async def pressed(update, context):
        query = update.callback_query
        context.user_data["answers"][k] = query.data
        await query.answer()
        if k == Q:
            await query.edit_message_text("Thank you, done.")
            return ConversationHandler.END
        await query.edit_message_text(QUESTIONS[k], reply_markup=KEYBOARDS[k])
        return k + 1

    return pressed


asyncio.set_event_loop(asyncio.new_event_loop())
app = (
    Application.builder()
    .token("123456789:TEST")
    .base_url(args.api + "/bot")
    .persistence(PicklePersistence(args.db + ".pickle"))
    .build()
)
app.add_handler(
    ConversationHandler(
        [CommandHandler("start", start)],
        {k: [CallbackQueryHandler(step(k), pattern=rf"^q:{k}:")] for k in range(1, Q + 1)},
        [CommandHandler("start", start)],
        name="quiz",
        persistent=True,
        allow_reentry=True,
    )
)
app.run_polling()
