// Keys, taps, timing, focus and retries for the study page; everything works without this file.
const byId = (id) => document.getElementById(id);
const on = document.addEventListener.bind(document);
const NO_TAP = "a, button, summary, label, textarea, pre, .scroll, .hint, .note, .turn-foot, .why, .leech-help, .words";
const RETRIES = [1000, 2000, 4000];
let begunAt, shownAt, active, lastSign, pressed, tries;

function begin() {
  begunAt = Date.now();
  shownAt = lastSign = performance.now();
  active = tries = 0;
}

// Time counts while the page is seen and somebody may be thinking: long silence does not.
function tick() {
  const now = performance.now();
  const patience = 1000 * (60 + 3 * (byId("turn")?.querySelector(".aim")?.dataset.target ?? 60));
  if (!document.hidden && now - lastSign < patience) active += now - (tick.last ?? now);
  tick.last = now;
  const day = byId("done")?.dataset;
  if (day?.left * 1000 < Date.now() - begunAt) location = day.study, begin(); // left open over night
  const timer = byId("timer");
  if (!timer || byId("answer")?.open) return;
  timer.textContent = new Date(active).toISOString().slice(active < 36e5 ? 14 : 11, 19);
  timer.toggleAttribute("data-over", active > 1000 * timer.dataset.target);
}
setInterval(tick, 250);
for (const sign of ["pointermove", "keydown", "scroll", "visibilitychange"]) {
  on(sign, () => { tick(); lastSign = performance.now(); }, { passive: true });
}

// A key is known by what it writes or, where keyboards write other letters, by its place.
function names(event) {
  const written = event.key.toLowerCase();
  if (event.shiftKey) return event.code === "Slash" ? [written, "?"] : [written];
  return [written, event.code === "Minus" ? "-" : event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase()];
}

on("keydown", (event) => {
  const { key, target } = event;
  const details = byId("answer");
  const command = event.ctrlKey || event.metaKey;
  if (command && key === "Enter" && target.id === "words") return reveal();
  const typing = target.closest?.("input:not([type=checkbox]), textarea, select");
  const barred = (command || event.altKey) && key !== "@"; // many keyboards write @ with Alt
  if (!byId("session") || event.repeat || barred || typing) return;
  if (key !== "?" && byId("keys").clientHeight) return; // the sheet is open
  const free = target.matches(".ticks input") ? key === "Enter" : !target.closest("a, button, summary, label, input");
  if (details && free && (key === " " || key === "Enter")) {
    const next = details.open ? wanted() : details.querySelector("summary");
    if (next) event.preventDefault();
    return next?.click();
  }
  for (const name of names(event)) {
    const button = document.querySelector(`[data-key~="${CSS.escape(name)}"]`);
    if (!button || button.disabled || (button.closest("#answer") && !details?.open)) continue;
    event.preventDefault();
    button.click();
    return button.closest(".note[open]")?.querySelector("textarea").focus();
  }
});

// What Space and Enter give: the grade that the ticks propose, else Good.
function wanted() {
  const marks = [...document.querySelectorAll("[data-space] .proposed")];
  return marks.find((mark) => mark.offsetParent)?.parentElement ?? document.querySelector("[data-space] [data-default]");
}

const reveal = () => { byId("answer").open = true; };

// On reveal the focus goes to Good, or to the answer where Space may not grade; its top comes into view.
on("toggle", ({ target }) => {
  if (target.id !== "answer" || !target.open) return;
  shownAt = performance.now(); // on a phone the grades come where Show answer was
  (wanted() ?? target.querySelector(".model-answer")).focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}, true);

on("click", (event) => {
  if (!event.isTrusted || !event.detail) return; // a key's click
  const form = byId("grades");
  const tooSoon = form?.matches("[data-guard]") && performance.now() - shownAt < 300; // ms: a double tap
  if (event.target.closest(".grade") && tooSoon) event.preventDefault();
  const touch = event.pointerType ? event.pointerType === "touch" : matchMedia("(hover: none)").matches;
  if (!touch || !event.target.closest("#turn") || event.target.closest(NO_TAP)) return;
  if (!byId("answer").open) return reveal();
  const place = event.clientX / innerWidth; // the left quarter is Again, the right one Good
  const grade = place < 0.25 ? 2 : place > 0.75 ? 4 : 0;
  if (form.matches("[data-sides]") && grade && !tooSoon) form.querySelector(`.grade[value="${grade}"]`).click();
}, true);

on("submit", (event) => {
  const field = event.target.elements.elapsed_ms;
  tick();
  if (field) field.value = Math.round(active);
  pressed = { form: event.target, button: event.submitter };
}, true);

on("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "session") return;
  begin();
  byId("live").textContent = byId("session").dataset.say ?? "";
});

// The line is down: try again with the same turn, which counts once; then leave it to the learner.
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  on(name, (event) => {
    if (event.detail.elt !== pressed?.form) return say("The server cannot be reached.");
    const { form, button } = pressed;
    const wait = RETRIES[tries++];
    say(`Not saved${wait ? " yet: " : ": "}the server cannot be reached. ${wait ? "Trying again..." : "Press the grade again; it will count once."}`);
    if (wait) setTimeout(() => form.isConnected && form.requestSubmit(button), wait);
    else tries = 0;
  });
}

function say(text) {
  const notice = byId("notice");
  if (!notice) return;
  notice.dataset.outcome = "unsent";
  notice.innerHTML = "<p></p>";
  notice.firstChild.textContent = text;
}

// Sign-up: the browser knows its time zone.
const zone = document.querySelector("[data-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
begin();
