// What both JavaScript bots share: options, questions, a session store in SQLite.
import Database from "better-sqlite3";

export const options = Object.fromEntries(process.argv.slice(2).map((one) => one.replace(/^--/, "").split("=")));
export const Q = Number(options.questions ?? 25);
export const CHOICES = ["Never", "Sometimes", "Often", "Almost always"];
export const QUESTIONS = [...Array(Q).keys()].map(
  (k) => `Question ${k + 1}/${Q}: how often did you notice this during the last two weeks? Please choose the answer that fits best.`,
);

export function sessions() {
  const db = new Database(options.db);
  db.pragma("journal_mode=WAL");
  db.pragma("synchronous=" + (options.sync ?? "NORMAL"));
  db.exec("create table if not exists sess(key text primary key, value text)");
  const get = db.prepare("select value from sess where key=?");
  const put = db.prepare("insert into sess(key,value) values(?,?) on conflict(key) do update set value=excluded.value");
  const remove = db.prepare("delete from sess where key=?");
  return {
    read: (key) => { const row = get.get(key); return row ? JSON.parse(row.value) : undefined; },
    write: (key, value) => { put.run(key, JSON.stringify(value)); },
    remove: (key) => { remove.run(key); },
  };
}
