// The study page's keys, taps, time and retries.
const $ = (selector) => document.querySelector(selector);
const clock = () => performance.now();
const on = document.addEventListener.bind(document);
const AWAY = "the server cannot be reached.";
let begunAt, shownAt, active, heard, lastSign, pressed, tries, retry;

function begin() {
  begunAt = Date.now();
  shownAt = lastSign = clock();
  active = heard = tries = 0;
}

// Time counts while the page is seen; of long silence the card's target at most.
function tick() {
  const now = clock();
  const target = 1e3 * ($("#turn .aim")?.dataset.target ?? 60);
  if (now - lastSign > 6e4 + 3 * target) active = Math.min(active, heard + target);
  else if (!document.hidden) active += now - (tick.last ?? now);
  tick.last = now;
  const day = $("#done")?.dataset;
  if (day?.left * 1000 < Date.now() - begunAt) location = day.study, begin(); // overnight
  const timer = $("#timer");
  if (!timer || $("#answer")?.open) return;
  timer.textContent = new Date(active).toISOString().slice(active < 36e5 ? 14 : 11, 19);
  timer.toggleAttribute("data-over", active > target);
}
setInterval(tick, 250);
for (const sign of ["pointermove", "keydown", "scroll", "visibilitychange"]) {
  on(sign, () => { tick(); lastSign = clock(); heard = active; }, { passive: true });
}

// A key goes by what it writes; by its place if that is no Latin letter or digit.
function names({ key, code, shiftKey }) {
  const [, row, place] = code.match(/^(Key|Digit)(.)$/) ?? [];
  const told = shiftKey || (row === "Key" ? /^\p{sc=Latin}$/u : /^\d$/).test(key);
  return [key, told ? "" : place ?? ""].map((name) => name.toLowerCase());
}

on("keydown", (event) => {
  const { key, target } = event;
  const details = $("#answer");
  const command = event.ctrlKey || event.metaKey;
  if (command && key === "Enter" && target.id === "words") return reveal();
  const typing = target.closest?.("input:not([type=checkbox]), textarea, select");
  const barred = (command || event.altKey) && key !== "@"; // many keyboards write @ with Alt
  if (!$("#session") || barred || typing) return;
  if (event.repeat) return key === "Enter" && event.preventDefault();
  if (key !== "?" && $("#keys").clientHeight) return;
  const free = target.matches(".ticks input") ? key === "Enter" : !target.closest("a, button, summary, label, input");
  if (details && free && /^( |Enter)$/.test(key)) {
    const next = details.open ? wanted() : details.querySelector("summary");
    if (next) event.preventDefault();
    return next?.click();
  }
  for (const name of names(event)) {
    const button = name && $(`[data-key~="${CSS.escape(name)}"]`);
    if (!button || button.disabled || (button.closest("#answer") && !details?.open)) continue;
    event.preventDefault();
    const note = button.closest(".note");
    if (!note?.open) button.click();
    if (button.type === "checkbox") aim();
    return note?.querySelector("textarea").focus();
  }
});

// What Space and Enter give: what the ticks propose, else Good.
function wanted() {
  const marks = [...document.querySelectorAll("[data-space] .proposed")];
  return marks.find((mark) => mark.offsetParent)?.parentElement ?? $("[data-space] [data-default]");
}

const reveal = () => { $("#answer").open = true; };

// The focus goes to what Space gives, or to the answer where Space may not grade.
const aim = () => (wanted() ?? $(".model-answer")).focus({ preventScroll: true });

on("toggle", ({ target }) => {
  if (target.id !== "answer" || !target.open) return;
  shownAt = clock(); // the grades come where Show answer was
  aim();
  $(".model-answer").scrollIntoView({ block: "nearest" });
}, true);

on("click", (event) => {
  const { target, detail, pointerType } = event;
  if (!event.isTrusted || !detail) return; // a key's click
  target.closest(".turn-foot button")?.blur(); // it would take Space
  if (target.closest("[data-guard]") && !target.closest(".ticks, .undo") && clock() - shownAt < 300) { // ms: a double tap
    event.stopPropagation();
    return event.preventDefault();
  }
  const touch = pointerType === "touch" || matchMedia("(hover: none)").matches;
  if (!touch || !$("#turn") || !target.closest("main") || target.closest("a, button, summary, label, pre, .scroll, [data-still]")) return;
  if (!$("#answer").open) return reveal();
  const place = event.clientX / innerWidth; // the left quarter is Again, the right one Good
  const grade = place < 0.25 ? 2 : place > 0.75 && 4;
  $(`[data-sides] .grade[value="${grade}"]`)?.click();
}, true);

on("submit", ({ target: form, submitter: button }) => {
  if (form.id !== "flag") clearTimeout(retry);
  tick();
  if (form.elements.elapsed_ms) form.elements.elapsed_ms.value = Math.round(active);
  button?.setAttribute("data-pressed", "");
  pressed = { form, button };
}, true);

on("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "session") return;
  begin();
  $("#live").textContent = $("#session").dataset.say;
});

// No answer, or not one of ours: click again, with the same turn.
function unsent(form) {
  if (form !== pressed?.form) return say(`Sorry, not done: ${AWAY} Press it again.`);
  const { button } = pressed;
  const wait = [1e3, 2e3, 4e3][tries++];
  say(wait ? `Not saved yet: ${AWAY} Trying again...` : `Not saved: ${AWAY} Press it again; it counts once.`);
  if (wait) retry = setTimeout(() => button.isConnected && button.click(), wait);
  else tries = 0;
}
for (const name of ["htmx:sendError", "htmx:timeout"]) on(name, (event) => unsent(event.detail.elt));
on("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig: { verb, elt } } = event.detail;
  if ((verb !== "post" && xhr.status < 400) || xhr.getResponseHeader("X-Anneal-Outcome") || xhr.getResponseHeader("HX-Retarget")) return;
  event.detail.shouldSwap = false;
  unsent(elt);
});

function say(text) {
  const notice = $("#notice");
  if (!notice) return;
  notice.dataset.outcome = "unsent";
  notice.innerHTML = `<p>${text}</p>`;
}

const zone = $("[data-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
begin();
shownAt = -Infinity; // no second tap yet
