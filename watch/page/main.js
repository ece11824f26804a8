// The page: joins the link to its parts. Each part knows nothing of the others.

import { Budget } from "./budget.js";
import { Cards } from "./cards.js";
import { Chime } from "./chime.js";
import { Drop } from "./drop.js";
import { Ears } from "./ears.js";
import { Faces } from "./faces.js";
import { Glass } from "./glass.js";
import { Hands } from "./hands.js";
import { Jobs } from "./jobs.js";
import { Link } from "./link.js";
import { Log, make } from "./log.js";
import { Models } from "./models.js";
import { Monitor } from "./monitor.js";
import { Studio } from "./studio.js";
import { Parcel } from "./parcel.js";
import { Permissions } from "./permissions.js";
import { Pictures } from "./pictures.js";
import { Simulate } from "./simulate.js";
import { Thumbs } from "./thumbs.js";
import { Voice } from "./voice.js";

const $ = (id) => document.getElementById(id);
const link = new Link(`ws://${location.host}/socket`);
const glass = new Glass($("glass"), $("crown"), link);
const parcel = new Parcel(link);
const thumbs = new Thumbs(link);
const faces = new Faces(document, link, parcel, thumbs);
const pictures = new Pictures(document, link, parcel);
const hands = new Hands(document, link, glass);
new Simulate(document, link);
const drop = new Drop({ faces, pictures, hands, problem });
const ears = new Ears(link);
const voice = new Voice(link);
const chime = new Chime(() => voice.context);
const log = new Log($("log"), (text) => link.say("ask", { text, id: ++asked }));
const monitor = new Monitor(document);
const budget = new Budget($("budget"), link);
const jobs = new Jobs(document, link);
const models = new Models(document);
const cards = new Cards(document, link);
const studio = new Studio(document, link, thumbs);
new Permissions(document, link);
let shown = { stage: "", ringing: "", ring: "", face: "" };

// the link

function connection({ state, wait, was }) {
  $("link").dataset.state = state;
  const texts = { connecting: "Connecting…", open: "Connected", closed: `Disconnected, trying again in ${Math.max(1, Math.round((wait ?? 0) / 1000))} s` };
  $("link").lastElementChild.textContent = texts[state];
  if (state === "closed" && was) log.note("The connection to the watch was lost.");
  if (state === "open") { sendMonitor(); problem(""); }
  if (state !== "open") { chime.ring(""); $("live").textContent = ""; }
}

link.addEventListener("state", (event) => connection(event.detail));
link.addEventListener("page.hello", ({ detail }) => {
  glass.resize(detail.size);
  faces.offer(detail.faces);
  studio.offer(detail.faces);
});
link.addEventListener("page.faces", ({ detail }) => studio.offer(detail.faces));
link.addEventListener("picture", (event) => glass.show(event.detail));

let counted = 0;
setInterval(() => {
  $("frames").textContent = String(glass.frames - counted);
  counted = glass.frames;
}, 1000);

// what the device says

link.addEventListener("screen.shown", ({ detail }) => {
  shown = { ringing: "", ring: "", face: "", ...detail };
  $("glass").setAttribute("aria-label", `Watch: ${shown.text || shown.stage}`);
  chime.ring(shown.ringing ?? "");
  // The keyboard stays at the watch when the button under it goes.
  if (!shown.ringing && $("ring-buttons").contains(document.activeElement)) $("glass").focus({ preventScroll: true });
  $("ring-buttons").hidden = !shown.ringing;
  $("snooze").hidden = shown.ringing === "timer";
  faces.mark(shown.face);
  studio.mark(shown.face);
});

link.addEventListener("agent.state", ({ detail }) => {
  document.body.dataset.phase = detail.phase;
  const labels = { idle: "", listening: detail.text || "Listening…", thinking: detail.text || "Thinking…", acting: detail.text || "Working…", speaking: "" };
  $("live").textContent = labels[detail.phase] ?? "";
});
link.addEventListener("voice.heard-partial", ({ detail }) => { if (detail.text) $("live").textContent = detail.text; });
link.addEventListener("voice.heard", ({ detail }) => { $("live").textContent = detail.text; });
link.addEventListener("voice.heard-nothing", ({ detail }) => {
  $("live").textContent = "";
  if (detail.reason === "fault") problem(detail.raw || "The speech recogniser failed; try again.");
});
link.addEventListener("agent.turn", ({ detail }) => {
  $("live").textContent = "";
  if (log.turn(detail)) monitor.turn(detail);
  replied = detail.reply;
});
let replied = "";
link.addEventListener("page.say", ({ detail }) => {
  // What is said without having been asked for (an alarm, a timer) has no turn: it is shown by itself.
  const text = detail.text;
  setTimeout(() => { if (text !== replied && shown.ringing) log.unasked(text); }, 400);
});
link.addEventListener("kernel.status", ({ detail }) => { monitor.status(detail); budget.show(detail.budget); });
link.addEventListener("kernel.budget-state", ({ detail }) => budget.moved(detail.budget));
link.addEventListener("jobs.jobs", ({ detail }) => jobs.show(detail));
link.addEventListener("voice.model-used", ({ detail }) => cards.hears(detail));
link.addEventListener("models.cards", ({ detail }) => cards.show(detail));
link.addEventListener("models.models", ({ detail }) => models.show(detail));
link.addEventListener("page.problem", ({ detail }) => {
  problem(detail.text);
  if (detail.about === "budget") budget.moved(0);
});
ears.addEventListener("problem", (event) => problem(event.detail.text));
for (const input of [$("bring"), $("look")]) {
  input.addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) drop.take(file);
  });
}
hands.addEventListener("problem", (event) => problem(event.detail.text));
hands.addEventListener("played", ({ detail }) => log.note(`${detail.name} was played, ${detail.seconds.toFixed(1)} s.`));
link.addEventListener("page.face", ({ detail }) => {
  problem("");
  log.note(`The face ${detail.name} is on the watch.${detail.notes.length ? ` Not drawn: ${detail.notes.join("; ")}.` : ""}`);
});

function problem(text) {
  $("problem").hidden = !text;
  $("problem").firstElementChild.textContent = text;
}
$("problem").querySelector("button").addEventListener("click", () => problem(""));

// talking

const mic = $("mic");
const side = $("side");

ears.addEventListener("change", ({ detail }) => {
  for (const button of [mic, side]) button.classList.toggle("down", ears.down);
  mic.setAttribute("aria-pressed", String(ears.down));
  if (detail.level === undefined) return;
  // A logarithmic meter: -60 dB is nothing, 0 dB is all.
  const share = detail.level > 0 ? Math.max(0, 1 + Math.log10(detail.level) / 3) : 0;
  $("level").style.transform = `scaleX(${share.toFixed(3)})`;
  mic.style.setProperty("--level", ears.down ? (1 + share * 0.55).toFixed(3) : "1");
});

async function talk() {
  problem("");
  voice.hush();
  await ears.press();
}

for (const button of [mic, side]) {
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    talk();
  });
  button.addEventListener("pointerup", () => ears.release());
  button.addEventListener("pointercancel", () => ears.release());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if ((event.key === " " || event.key === "Enter") && !event.repeat) { event.preventDefault(); talk(); }
  });
  button.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); ears.release(); } });
  button.addEventListener("blur", () => ears.release());
}

$("hands-free").addEventListener("change", async (event) => {
  problem("");
  const on = event.target.checked;
  if (!await ears.setHandsFree(on) && on) { event.target.checked = false; ears.mode = "push"; }
  $("mic-help").hidden = event.target.checked;
});

// A gesture can stand for the talk button.
link.addEventListener("agent.microphone", ({ detail }) => { if (detail.on) talk(); else ears.release(); });

// typing

let asked = 0;
function ask(text) {
  const words = text.trim();
  if (!words) return;
  problem("");
  voice.hush();
  if (!link.say("ask", { text: words, id: ++asked })) { problem("The watch is not connected; your words are kept in the box."); return; }
  $("words").value = "";
  $("live").textContent = "Thinking…";
}
link.addEventListener("page.asked", () => { $("live").textContent = ""; });

$("ask").addEventListener("submit", (event) => { event.preventDefault(); ask($("words").value); });
for (const button of $("ideas").querySelectorAll("button")) button.addEventListener("click", () => ask(button.textContent));
$("clear").addEventListener("click", () => log.clear());

// buttons of what rings

function press(button) { voice.hush(); link.say("press", { button, id: shown.ring ?? "" }); }
$("dismiss").addEventListener("click", () => press("dismiss"));
$("snooze").addEventListener("click", () => press("snooze"));

// monitor and keys

const narrow = matchMedia("(max-width: 760px)");
function sendMonitor() { link.say("monitor", { on: !document.body.classList.contains("no-monitor") && !document.hidden }); }
function setMonitor(on) {
  document.body.classList.toggle("no-monitor", !on);
  $("toggle-monitor").setAttribute("aria-expanded", String(on));
  sendMonitor();
}
setMonitor(!narrow.matches);
$("toggle-monitor").addEventListener("click", () => setMonitor(document.body.classList.contains("no-monitor")));
$("open-studio").addEventListener("click", () => studio.open());
$("open-keys").addEventListener("click", () => $("keys").showModal());
document.addEventListener("visibilitychange", sendMonitor);

const KEYS = {
  "/": () => $("words").focus(),
  ArrowUp: () => glass.turn(-30),
  ArrowDown: () => glass.turn(30),
  ArrowLeft: () => glass.swipe(-1),
  ArrowRight: () => glass.swipe(1),
  c: () => glass.press(),
  z: () => { if (shown.ringing && shown.ringing !== "timer") press("snooze"); },
  h: () => $("hands-free").click(),
  m: () => $("toggle-monitor").click(),
  s: () => studio.open(),
  f: () => $("faces").showPopover(),
  "?": () => $("keys").showModal(),
  Escape: () => press(shown.ringing ? "dismiss" : "stop"),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open || $("studio").open || $("faces").matches(":popover-open")) return;
  const typing = event.target.matches("input[type=text], textarea");
  const busy = event.target.closest("button, label, input, summary, .log, .scroll") !== null;
  if (event.key === "Escape" && typing) { event.target.blur(); return; }
  if (typing) return;
  if (event.key === " " && !busy) {
    event.preventDefault();
    if (!event.repeat) talk();
    return;
  }
  // Arrows scroll where there is something to scroll; on the crown they turn it.
  if (event.key.startsWith("Arrow") && busy && event.target !== $("crown")) return;
  const action = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (action && !event.repeat) { event.preventDefault(); action(); }
  else if (action && event.key.startsWith("Arrow")) { event.preventDefault(); action(); }
});
addEventListener("keyup", (event) => { if (event.key === " ") ears.release(); });
addEventListener("blur", () => ears.release());
addEventListener("pagehide", () => ears.close());

link.connect();
