// Hands: the phone's own motion sensors, recordings of motion, gestures by example, and a list of what was made.

import { make } from "./log.js";

const BATCH_MS = 100;
const MOST_BATCH = 64;
const MOST_ROWS = 200000;
const SHOWN = 4;
const RECORD_MS = 2500;
const RADIANS = Math.PI / 180;
const COLUMNS = [["t", "time", "timestamp"], ["x_acc", "ax", "acc_x"], ["y_acc", "ay", "acc_y"], ["z_acc", "az", "acc_z"],
  ["x_gyro", "gx", "gyro_x"], ["y_gyro", "gy", "gyro_y"], ["z_gyro", "gz", "gyro_z"]];

export class Hands extends EventTarget {
  #rows = [];
  #timer = 0;
  #taking = null;
  #playing = 0;

  constructor(root, link, glass) {
    super();
    this.link = link;
    this.glass = glass;
    const $ = (id) => root.querySelector(`#${id}`);
    Object.assign(this, { made: $("made"), none: $("made-none"), doing: $("doing"), motion: $("motion"), list: $("own-gestures"), form: $("teach"), note: $("teach-note") });
    link.addEventListener("agent.acted", ({ detail }) => this.#show(detail));
    link.addEventListener("gesture.active", ({ detail }) => { this.doing.textContent = detail.activity; });
    link.addEventListener("gesture.gestures", ({ detail }) => this.#known(detail.gestures));
    link.addEventListener("gesture.taught", ({ detail }) => this.#taught(detail));
    this.motion.addEventListener("click", () => this.#sense());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#teach(); });
    $("teach-gestures").addEventListener("toggle", ({ target }) => { if (target.open) link.say("gestures"); });
  }

  // A recording plays at its own pace. Columns by name, as in the command line; time in s, or ms if it is that large.
  async play(file) {
    const lines = (await file.text()).split(/\r?\n/).filter(Boolean);
    const names = lines[0].toLowerCase().split(",").map((each) => each.trim());
    const places = COLUMNS.map((known) => names.findIndex((name) => known.includes(name)));
    if (places.includes(-1)) throw new Error(`${file.name}: expected columns ${COLUMNS.map((known) => known[0]).join(", ")}; got ${names.join(", ").slice(0, 80)}.`);
    if (lines.length > MOST_ROWS) throw new Error(`${file.name}: a recording has at most ${MOST_ROWS} rows here; use bluerill gesture for longer ones.`);
    const rows = lines.slice(1).map((line) => { const cells = line.split(","); return places.map((place) => Number(cells[place])); }).filter((row) => row.every(Number.isFinite));
    if (!rows.length) throw new Error(`${file.name}: expected rows of numbers below the names of the columns, found none.`);
    const first = rows[0][0], unit = rows.at(-1)[0] - first > 1000 || first > 1e9 ? 1e-3 : 1;
    for (const row of rows) row[0] = (row[0] - first) * unit;
    const run = ++this.#playing, source = `file-${run}`, began = performance.now();
    let at = 0;
    const step = () => {
      if (run !== this.#playing) return;
      const now = (performance.now() - began) / 1000;
      const batch = [];
      while (at < rows.length && rows[at][0] <= now && batch.length < 128) batch.push(rows[at++]);
      if (batch.length) this.link.say("motion", { source, samples: batch });
      if (at < rows.length) setTimeout(step, 60);
      else this.dispatchEvent(new CustomEvent("played", { detail: { name: file.name, seconds: rows.at(-1)[0] } }));
    };
    step();
  }

  // The phone as a wrist: DeviceMotion, after the permission that some browsers want.
  async #sense() {
    if (this.#timer) {
      removeEventListener("devicemotion", this.#sensed);
      clearInterval(this.#timer);
      this.#timer = 0;
    } else {
      if (typeof DeviceMotionEvent === "undefined") { this.#problem("This browser has no motion sensors."); return; }
      const allowed = await (DeviceMotionEvent.requestPermission?.().catch(() => "denied") ?? "granted");
      if (allowed !== "granted") { this.#problem("The motion sensors were not allowed."); return; }
      this.began = performance.now();
      this.name = `phone-${Math.floor(this.began)}`;
      addEventListener("devicemotion", this.#sensed);
      this.#timer = setInterval(() => this.#flush(), BATCH_MS);
    }
    this.motion.setAttribute("aria-pressed", String(this.#timer !== 0));
  }

  #sensed = ({ accelerationIncludingGravity: acc, rotationRate: turn }) => {
    if (acc?.x == null || turn?.alpha == null) return;
    // rotationRate: alpha, beta, gamma are about x, y and z in today's browsers (W3C Device Orientation, degrees a second)
    const row = [(performance.now() - this.began) / 1000, acc.x, acc.y, acc.z, turn.alpha * RADIANS, turn.beta * RADIANS, turn.gamma * RADIANS];
    this.#rows.push(row);
    if (this.#taking) this.#taking.push(row);
  };

  #flush() {
    if (this.#rows.length) this.link.say("motion", { source: this.name, samples: this.#rows.splice(0, MOST_BATCH) });
    if (this.#rows.length > 512) this.#rows.length = 0;
  }

  // Gestures by example: a drawing on the glass, or a movement of the phone.
  async #teach() {
    const data = new FormData(this.form);
    const name = data.get("name").trim().toLowerCase().replaceAll(/\s+/g, "-"), means = data.get("means").trim();
    const send = (example) => {
      if (!this.link.say("teach", { name, means: means ? [means.replace(/^(?!ask |dismiss$|snooze$|yes$|no$|hush$|stop$|listen$|unlisten$|wake$|sleep$)/, "ask ")] : [], ...example })) this.#problem("The watch is not connected.");
    };
    if (data.get("kind") === "stroke") {
      this.note.textContent = "Draw it on the glass now.";
      const points = await this.glass.drawn();
      send({ points: points.slice(0, 512) });
      return;
    }
    if (!this.#timer) { this.#problem("Turn the motion sensors of this phone on first."); return; }
    this.#taking = [];
    this.note.textContent = "Move now…";
    await new Promise((done) => setTimeout(done, RECORD_MS));
    const samples = this.#taking;
    this.#taking = null;
    send({ samples: samples.slice(0, 512) });
  }

  #taught({ name, examples = 0, like = "" }) {
    this.note.textContent = examples ? `${name}: ${examples} example${examples > 1 ? "s" : ""}${examples < 3 ? ", three are better" : ""}${like ? `; hard to tell from ${like}` : ""}.` : `${name} is forgotten.`;
  }

  #known(gestures) {
    const own = gestures.filter((each) => each.examples);
    this.list.replaceChildren(...own.map((each) => {
      const forget = make("button", { type: "button", className: "quiet small", textContent: "Forget" });
      forget.setAttribute("aria-label", `Forget ${each.name}`);
      forget.addEventListener("click", () => this.link.say("forget-gesture", { name: each.name }));
      return make("li", { className: "line" }, make("span", {}, make("b", { textContent: each.name }), ` ${(each.means ?? []).join(", ")}`), forget);
    }));
  }

  #show({ gesture, kind, confidence, meaning }) {
    const sure = kind === "touch" ? "" : ` ${Math.round(confidence * 100)} %`;
    const line = make("li", { className: "line" }, make("b", { textContent: gesture }), make("span", { className: "hint", textContent: `${meaning || "nothing"}${sure}` }));
    this.made.prepend(line);
    while (this.made.children.length > SHOWN) this.made.lastElementChild.remove();
    this.none.hidden = true;
  }

  #problem(text) { this.dispatchEvent(new CustomEvent("problem", { detail: { text } })); }
}
