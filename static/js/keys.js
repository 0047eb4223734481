// Keys, timing and focus for the study page; everything works without this file.
const session = () => document.getElementById("session");
const answer = () => session()?.querySelector("#answer");
let shownAt = performance.now();

function typing(target) {
  return target.closest?.("input:not([type=hidden], [type=checkbox]), textarea, select, [contenteditable]");
}

// Space reveals, then grades Good; other keys press the button that names them in data-key.
document.addEventListener("keydown", (event) => {
  if (!session() || event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const details = answer();
  if (event.key === " " && details && !details.open && !event.target.closest("button, a, summary, label")) {
    event.preventDefault();
    details.open = true;
    return;
  }
  const button = session().querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button || button.disabled || (button.closest("#answer") && !details.open)) return;
  event.preventDefault();
  button.click();
});

// On reveal the focus goes to Good and the answer's top into view.
document.addEventListener("toggle", (event) => {
  if (event.target.id !== "answer" || !event.target.open) return;
  event.target.querySelector("[data-default]")?.focus({ preventScroll: true });
  event.target.scrollIntoView({ block: "nearest" });
}, true);

// The time from question to grade goes along with the grade.
document.addEventListener("submit", (event) => {
  const field = event.target.elements.elapsed_ms;
  if (field) field.value = Math.round(performance.now() - shownAt);
}, true);

document.addEventListener("htmx:afterSwap", () => {
  shownAt = performance.now();
  const live = document.getElementById("live");
  if (live && session()) live.textContent = session().dataset.say ?? "";
});

// The line is down: say so beside the card; the buttons work again and count once.
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const notice = document.getElementById("notice");
    if (!notice) return;
    notice.dataset.outcome = "unsent";
    notice.innerHTML = "<p>Not saved: the server cannot be reached. Press the grade again; it will count once.</p>";
  });
}

// Sign-up: the browser knows its time zone.
for (const field of document.querySelectorAll("[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
