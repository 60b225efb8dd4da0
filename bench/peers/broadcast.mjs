// One text to many people through grammY; the same recipient rows as broadcast.py, each written when its answer comes.
import { Api } from "grammy";
import Database from "better-sqlite3";

const given = Object.fromEntries(process.argv.slice(2).map((one) => one.replace(/^--/, "").split("=")));
const count = Number(given.count), atOnce = Number(given["at-once"] ?? 256), FIRST = 2_000_000;
const TEXT = "Étape exemple. La prochaine étape a lieu jeudi à 18 h 30, à la maison des associations. " +
  "Venez avec vos questions : on y répond à plusieurs.";

const base = new Database(given.db);
base.pragma("journal_mode = WAL");
base.pragma(`synchronous = ${given.sync ?? "NORMAL"}`);
base.exec("CREATE TABLE recipient (chat INTEGER PRIMARY KEY, status TEXT, message INTEGER, error TEXT)");
const add = base.prepare("INSERT INTO recipient (chat, status) VALUES (?, 'waiting')");
base.transaction(() => { for (let chat = FIRST; chat < FIRST + count; chat++) add.run(chat); })();
const record = base.prepare("UPDATE recipient SET status = ?, message = ?, error = ? WHERE chat = ?");
const api = new Api("123456789:TEST", { apiRoot: given.api });

let next = FIRST;
async function worker() {
  while (next < FIRST + count) {
    const chat = next++;
    try {
      const sent = await api.sendMessage(chat, TEXT);
      record.run("sent", sent.message_id, null, chat);
    } catch (error) {
      record.run(error.error_code === 403 ? "blocked" : "failed", null, String(error).slice(0, 200), chat);
    }
  }
}

const used = process.cpuUsage(), began = performance.now();
await Promise.all(Array.from({ length: atOnce }, worker));
const seconds = (performance.now() - began) / 1000, spent = process.cpuUsage(used);
const states = Object.fromEntries(
  base.prepare("SELECT status, count(*) AS n FROM recipient GROUP BY status").all().map((row) => [row.status, row.n]));
console.log(JSON.stringify({
  seconds, processor: (spent.user + spent.system) / 1e6, rss_mb: process.resourceUsage().maxRSS / 1024, states,
}));
process.exit(0);
