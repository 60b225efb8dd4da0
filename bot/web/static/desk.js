// The table of the team, made livelier: everything here also works by ordinary links and forms.
"use strict";
(() => {
  // One box ticks those of the page; it is only shown where this script runs.
  function dress() {
    const all = document.getElementById("tickall");
    if (all) all.closest("p").hidden = false;
  }
  document.addEventListener("change", (event) => {
    if (event.target.id !== "tickall") return;
    for (const box of document.querySelectorAll('#list input[name="d"]')) box.checked = event.target.checked;
  });
  // What is sent empty would only lengthen the address that is kept.
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = event.detail;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });
  document.addEventListener("htmx:afterSettle", dress);
  addEventListener("popstate", () => location.reload());
  dress();
})();
