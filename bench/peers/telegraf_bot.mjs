// telegraf; sessions in SQLite, kept connections.
import http from "node:http";

import { Markup, session, Telegraf } from "telegraf";

import { CHOICES, options, Q, QUESTIONS, sessions } from "./quiz.mjs";

const agent = new http.Agent({ keepAlive: true });
const bot = new Telegraf("123456789:TEST", { telegram: { apiRoot: options.api, agent } });
const KEYBOARDS = QUESTIONS.map((_, k) =>
  Markup.inlineKeyboard(CHOICES.map((text, i) => [Markup.button.callback(text, `q:${k + 1}:${i}`)])),
);
const { read, write, remove } = sessions();
bot.use(session({ store: { get: read, set: write, delete: remove } }));
bot.start(async (ctx) => {
  ctx.session = { step: 1, answers: {} };
  await ctx.reply(QUESTIONS[0], KEYBOARDS[0]);
});
bot.on("callback_query", async (ctx) => {
  const k = ctx.session.step;
  ctx.session.answers[k] = ctx.callbackQuery.data;
  ctx.session.step = k + 1;
  await ctx.answerCbQuery();
  if (k === Q) await ctx.editMessageText("Thank you, done.");
  else await ctx.editMessageText(QUESTIONS[k], KEYBOARDS[k]);
});
bot.catch((error) => { console.error(error); });
bot.launch();
