// Keys, timing, focus and retries for the study page; everything works without this file.
const byId = (id) => document.getElementById(id);
const TOO_SOON = 300; // ms: a second tap of a double tap is not an answer to the next card
const RETRIES = [1000, 2000, 4000];
let shownAt, active, lastSign, pressed, tries;

function begin() {
  shownAt = lastSign = performance.now();
  active = 0;
  tries = 0;
}

// Time counts while the page is seen and somebody may be thinking: long silence does not.
function tick() {
  const now = performance.now();
  const patience = 1000 * (60 + 3 * (byId("turn")?.querySelector(".aim")?.dataset.target ?? 60));
  if (!document.hidden && now - lastSign < patience) active += now - (tick.last ?? now);
  tick.last = now;
  const timer = byId("timer");
  if (!timer || byId("answer")?.open) return;
  const seconds = Math.floor(active / 1000);
  timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  timer.toggleAttribute("data-over", seconds > timer.dataset.target);
}
setInterval(tick, 250);
for (const sign of ["pointermove", "keydown", "scroll", "visibilitychange"]) {
  document.addEventListener(sign, () => { tick(); lastSign = performance.now(); }, { passive: true });
}

// A key is known by its letter, or by its place on keyboards that write other letters.
function names(event) {
  const place = { Minus: "-", Slash: event.shiftKey ? "?" : "/" }[event.code];
  return [event.key.toLowerCase(), place ?? event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase()];
}

document.addEventListener("keydown", (event) => {
  const details = byId("answer");
  if (event.ctrlKey && event.key === "Enter" && details && event.target.id === "words") return reveal(details);
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (!byId("session") || event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === " " && details && !details.open && !event.target.closest("button, a, summary, label, input")) {
    event.preventDefault();
    return reveal(details);
  }
  for (const name of names(event)) {
    const target = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (!target || target.disabled || (target.closest("#answer") && !details?.open)) continue;
    event.preventDefault();
    target.click();
    return target.closest(".note[open]")?.querySelector("textarea").focus();
  }
});

function reveal(details) {
  details.open = true;
}

// On reveal the focus goes to Good, and the answer's top into view.
document.addEventListener("toggle", (event) => {
  if (event.target.id !== "answer" || !event.target.open) return;
  event.target.querySelector("[data-default]")?.focus({ preventScroll: true });
  event.target.scrollIntoView({ block: "nearest" });
}, true);

document.addEventListener("click", (event) => {
  if (event.target.closest(".grade") && event.isTrusted && performance.now() - shownAt < TOO_SOON) event.preventDefault();
}, true);

document.addEventListener("submit", (event) => {
  const field = event.target.elements.elapsed_ms;
  tick();
  if (field) field.value = Math.round(active);
  pressed = { form: event.target, button: event.submitter };
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "session") return;
  begin();
  byId("live").textContent = byId("session").dataset.say ?? "";
});

// The line is down: try again with the same turn, which counts once; then leave it to the learner.
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const wait = RETRIES[tries++];
    say(wait ? "Not saved yet: the server cannot be reached. Trying again..." : "Not saved: the server cannot be reached. Press the grade again; it will count once.");
    if (wait) setTimeout(() => pressed?.form.isConnected && pressed.form.requestSubmit(pressed.button), wait);
    else tries = 0;
  });
}

function say(text) {
  const notice = byId("notice");
  if (!notice) return;
  const line = document.createElement("p");
  line.textContent = text;
  notice.dataset.outcome = "unsent";
  notice.replaceChildren(line);
}

// Sign-up: the browser knows its time zone.
for (const field of document.querySelectorAll("[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
begin();
