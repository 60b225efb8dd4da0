// The chat page, made livelier: everything here also works by the ordinary forms of the page.
// A form is sent with its own id until an answer comes: sent twice, it is still one message.
"use strict";
(() => {
  const words = document.body.dataset;
  const status = document.getElementById("status");
  const composer = document.getElementById("composer");
  const field = document.getElementById("text");
  const find = (id) => document.getElementById(id);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  if (!find("journal")) return; // the page of a bad moment: plain forms do

  let last = Number(find("journal").dataset.last);
  let heard = last; // what the server said was last
  let sending = false;
  let source = null;

  function apply(html) {
    const news = new DOMParser().parseFromString(html, "text/html");
    const from = news.getElementById("journal");
    if (!from) return false;
    const follows = from.dataset.follows === "1";
    if (follows && Number(from.dataset.after) !== last) return false; // another answer came first
    const journal = find("journal");
    if (!follows) journal.replaceChildren();
    if (from.children.length || news.querySelector("#pending #fin")) find("fin")?.removeAttribute("id");
    journal.append(...from.children);
    find("pending").replaceWith(news.getElementById("pending"));
    const answers = news.getElementById("answers");
    const held = find("answers").contains(document.activeElement);
    find("answers").replaceWith(answers);
    for (const name of ["id", "token"]) composer.elements[name].value = answers.elements[name].value;
    last = Number(from.dataset.last);
    heard = Math.max(heard, last);
    if (held) show(true);
    return true;
  }

  function show(focus) {
    const message = document.querySelector("#fin article");
    if (!message) return;
    if (focus) message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "start" });
  }

  function busy(yes) {
    sending = yes;
    document.querySelector("main").setAttribute("aria-busy", String(yes));
    for (const button of document.querySelectorAll("main button")) button.disabled = yes;
  }

  // Cut lines and a database away are tried again; what the server refuses is not.
  async function post(body) {
    let refusal = null;
    let cause = 0;
    for (const pause of [0, 1000, 2000, 4000, 8000]) {
      if (pause) {
        status.textContent = words.again;
        await wait(pause);
      }
      try {
        const answer = await fetch("/say", {
          method: "POST",
          body,
          headers: { "X-Fragment": "1" },
          signal: AbortSignal.timeout(20000),
        });
        if (answer.ok) return answer.text();
        cause = answer.status;
        refusal = await answer.text();
        if (![502, 503, 504].includes(cause)) break;
      } catch {
        refusal = null;
      }
    }
    throw new Error(refusal || words.failed, { cause });
  }

  async function send(form, button) {
    const body = new FormData(form);
    if (button?.name) body.append(button.name, button.value);
    body.set("after", String(last));
    const typed = form === composer;
    const text = field.value;
    busy(true);
    const slow = setTimeout(() => (status.textContent = words.sending), 300);
    try {
      const html = await post(body).finally(() => clearTimeout(slow));
      busy(false);
      if (typed && field.value === text) field.value = "";
      status.textContent = "";
      if (!apply(html)) await sync();
      listen();
      if (typed) field.focus({ preventScroll: true });
      show(!typed);
    } catch (error) {
      busy(false);
      status.textContent = error.message;
      (typed ? field : button)?.focus();
      if (error.cause === 403) await sync(); // an old page: its forms are made anew
    }
    if (heard > last) sync();
  }

  async function sync() {
    if (sending) return;
    try {
      const answer = await fetch(`/fragment?after=${last}`);
      if (answer.ok && !sending) apply(await answer.text());
    } catch {
      // the next news will do
    }
  }

  function listen() {
    words.known = "1";
    if (source || document.hidden) return;
    source = new EventSource(`/events?after=${last}`);
    source.addEventListener("changed", (event) => {
      heard = Math.max(heard, Number(event.lastEventId));
      if (heard > last) sync();
    });
  }

  document.addEventListener("submit", (event) => {
    // Compared as elements: a form with a field named "id" hides its own id.
    if (event.target !== composer && event.target !== find("answers")) return;
    event.preventDefault();
    if (!sending) send(event.target, event.submitter);
  });

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  // A figure presses the choice that bears it, only from within the question: it is nobody's shortcut elsewhere.
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!event.target.closest("#answers, #fin")) return;
    document.querySelectorAll("#answers .choices button")[Number(event.key) - 1]?.click();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (words.known === "1") {
      sync();
      listen();
    }
  });

  if (words.known === "1") {
    listen();
    if (!location.hash && find("journal").children.length > 1) show(false);
  }
})();
