// The chat page, made livelier: everything here also works by the ordinary forms of the page.
// htmx sends the forms, places the answers and hears the news. Here is what it leaves to us: a message is sent again, with
// the id of its form, until an answer comes (it is then still one message); focus follows the question; nothing typed is lost.
"use strict";
(() => {
  const words = document.body.dataset;
  const find = (id) => document.getElementById(id);
  const status = find("status");
  const composer = find("composer");
  const field = find("text");

  const PAUSES = [1000, 2000, 4000, 8000];
  let sending = null; // the message under way: its form, button, values, what was typed, how often it failed
  let heard = 0; // the last message that the server spoke of
  let source = null;
  let held = false; // the focus stood among the answers that news replace
  let overtaken = false; // an answer was left out, because it followed what is shown no more
  const shown = () => Number(find("after").value);

  function show(focus) {
    const message = find("debut"); // an answer in several parts is read from its first
    if (!message) return;
    if (focus) message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "start" });
  }

  function busy(yes) {
    document.querySelector("main").setAttribute("aria-busy", String(yes));
    for (const button of document.querySelectorAll("main button, button[form=tools], #nav button")) button.disabled = yes;
  }

  function begin(form, submitter, values) {
    const typed = form === composer ? field.value : null;
    sending = { form, button: submitter, values, typed, failures: 0 };
    sending.slow = setTimeout(() => (status.textContent = words.sending), 300);
  }

  function end(notice) {
    const ended = sending;
    clearTimeout(ended.slow);
    sending = null;
    busy(false);
    status.textContent = notice;
    return ended;
  }

  // Cut lines and a database away are tried again; what the server refuses is not.
  function failed(request) {
    const cut = request.status === 0;
    const pause = PAUSES[sending.failures++];
    if (pause && (cut || [502, 503, 504].includes(request.status))) {
      clearTimeout(sending.slow);
      status.textContent = words.again;
      const { form, values } = sending;
      setTimeout(() => htmx.ajax("post", "/say", { source: form, values }).catch(() => {}), pause);
      return;
    }
    const ours = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
    const { button, typed } = end(ours ? request.responseText : words.failed);
    (typed === null ? button : field)?.focus();
    if (request.status === 403) sync(); // an old page: its forms are made anew
  }

  // The dossier is beside the conversation where there is room: fetched anew after each turn, where the reader was in it.
  const wide = matchMedia("(min-width: 68.75rem)");
  let asked = 0;
  async function beside() {
    const column = find("beside");
    if (!wide.matches || !document.querySelector("#mine a")) return column.replaceChildren();
    const mine = ++asked;
    try {
      const answer = await fetch("/beside", { headers: { "HX-Request": "true" } });
      if (answer.status !== 200 || mine !== asked) return;
      const html = await answer.text();
      const focus = column.contains(document.activeElement) && document.activeElement.value;
      column.innerHTML = html;
      htmx.process(column);
      if (focus) column.querySelector(`[value="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    } catch {
      // cut: it is asked for again after the next turn
    }
  }
  wide.addEventListener("change", beside);

  function sync() {
    htmx.trigger(find("line"), "sse:changed");
  }

  function listen() {
    if (document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    const line = find("line").cloneNode();
    line.setAttribute("sse-connect", `/events?after=${shown()}`);
    find("line").replaceWith(line);
    htmx.process(line);
  }

  htmx.createEventSource = (url) => {
    source = new EventSource(url);
    if (document.hidden) queueMicrotask(() => source.close());
    return source;
  };

  // A request is about to leave: one message at a time; news that are already here, or come with an answer, are not asked.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, verb, formData, triggeringEvent } = event.detail;
    if (verb === "get") {
      const told = Number(triggeringEvent.detail?.lastEventId || 0);
      heard = Math.max(heard, told);
      if (sending || (told && told <= shown())) event.preventDefault();
    } else if (!sending && (elt !== composer || field.reportValidity())) {
      begin(elt, triggeringEvent?.submitter, Object.fromEntries(formData));
    } else if (triggeringEvent) {
      event.preventDefault();
    }
  });

  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.requestConfig.verb === "post") busy(true);
  });

  // The page comes back whole when its own words change: where one is comes first there too.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Refresh")) history.replaceState(null, "", "#debut");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, serverResponse, swapOverride } = event.detail;
    const late = !swapOverride && Number(requestConfig.parameters.after) !== shown();
    overtaken ||= late;
    if (late || (sending && requestConfig.verb === "get")) event.detail.shouldSwap = false;
    if (!event.detail.shouldSwap) return;
    if (sending) busy(false);
    held = find("offers").contains(document.activeElement);
    for (const id of ["fin", "debut"]) if (serverResponse.includes(`id="${id}"`)) find(id)?.removeAttribute("id");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig, successful } = event.detail;
    if (successful) beside();
    if (requestConfig.verb === "get") {
      if (successful && held) show(true);
      if (overtaken) sync();
      overtaken = held = false;
    } else if (successful) {
      const { typed } = end("");
      if (typed !== null && field.value === typed) field.value = "";
      if (typed !== null) field.focus({ preventScroll: true });
      show(typed === null);
      listen();
      if (overtaken || heard > shown()) sync();
      overtaken = held = false;
    } else if (xhr.getResponseHeader("HX-Refresh")) {
      if (field.value === sending.typed) field.value = "";
    } else {
      failed(xhr);
    }
  });

  // The second click of a double click is no answer to the question that has just come.
  document.addEventListener(
    "click",
    (event) => {
      if (event.detail > 1 && event.target.closest("#offers button")) event.preventDefault();
    },
    true,
  );

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  // A figure presses the choice that bears it, only from within the question: it is nobody's shortcut elsewhere.
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!event.target.closest("#answers, #fin")) return;
    document.querySelectorAll("#offers .choices button")[Number(event.key) - 1]?.click();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
    } else if (find("line").hasAttribute("sse-connect")) {
      sync();
      listen();
    }
  });

  // What was begun here and not sent is found again after another page, in this tab alone.
  const draft = {
    keep() {
      if (field.value) sessionStorage.setItem("draft", field.value);
      else sessionStorage.removeItem("draft");
    },
    take() {
      field.value ||= sessionStorage.getItem("draft") ?? "";
    },
  };
  composer.noValidate = true; // checked above, so that what is sent again is sent whatever the field holds by then
  try {
    draft.take();
    addEventListener("pagehide", draft.keep);
  } catch {
    // a browser that keeps nothing
  }

  // The browser itself goes to the fragment of an address, and takes the focus back to the page.
  addEventListener("load", () => {
    if (location.hash === "#debut" && document.activeElement === document.body) show(true);
  });
  if (location.hash === "#debut") show(true);
  else if (find("line").hasAttribute("sse-connect") && find("journal").children.length > 1) show(false);
})();
