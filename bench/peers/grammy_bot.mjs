// grammY with its runner; sessions in SQLite (written after the handler returned: the reply leaves first).
import { run, sequentialize } from "@grammyjs/runner";
import { Bot, InlineKeyboard, session } from "grammy";

import { CHOICES, options, Q, QUESTIONS, sessions } from "./quiz.mjs";

const bot = new Bot("123456789:TEST", { client: { apiRoot: options.api } });
const KEYBOARDS = QUESTIONS.map((_, k) => {
  const keyboard = new InlineKeyboard();
  CHOICES.forEach((text, i) => keyboard.text(text, `q:${k + 1}:${i}`).row());
  return keyboard;
});
const { read, write, remove } = sessions();
bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
bot.use(session({ initial: () => ({ step: 0, answers: {} }), storage: { read, write, delete: remove } }));
bot.command("start", async (ctx) => {
  ctx.session = { step: 1, answers: {} };
  await ctx.reply(QUESTIONS[0], { reply_markup: KEYBOARDS[0] });
});
bot.on("callback_query:data", async (ctx) => {
  const k = ctx.session.step;
  ctx.session.answers[k] = ctx.callbackQuery.data;
  ctx.session.step = k + 1;
  await ctx.answerCallbackQuery();
  if (k === Q) await ctx.editMessageText("Thank you, done.");
  else await ctx.editMessageText(QUESTIONS[k], { reply_markup: KEYBOARDS[k] });
});
bot.catch((error) => { console.error(error.error); });
await bot.init();
run(bot);
