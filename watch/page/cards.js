// Models that could be here: what they are, under which licence, how large; one press gets one.

import { make } from "./log.js";
import { mib } from "./figures.js";

const AGAIN_MS = 2500;
const HIDDEN = ["wake", "vad"];

export class Cards {
  #rows = new Map();
  #timer = 0;

  constructor(root, link) {
    this.box = root.querySelector("#get-models");
    this.list = root.querySelector("#cards");
    this.none = root.querySelector("#cards-none");
    this.link = link;
    this.box.addEventListener("toggle", () => this.#ask());
  }

  // Asked for only while somebody looks: it starts a process.
  #ask() {
    clearTimeout(this.#timer);
    if (this.box.open && !document.hidden) this.link.say("cards");
    if (this.box.open) this.#timer = setTimeout(() => this.#ask(), AGAIN_MS);
  }

  show({ cards = [] }) {
    const shown = cards.filter((card) => (card.pullable || card.state === "ready") && !(card.tags ?? []).some((tag) => HIDDEN.includes(tag)));
    const order = { coming: 0, partial: 1, missing: 2, ready: 3 };
    shown.sort((one, other) => order[one.state] - order[other.state] || (one.bytes ?? 0) - (other.bytes ?? 0));
    for (const card of shown) {
      if (!this.#rows.has(card.name)) this.#rows.set(card.name, new Row(this.link, card));
      this.#rows.get(card.name).show(card);
      this.#rows.get(card.name).hears(this.model);
    }
    const rows = shown.map((card) => this.#rows.get(card.name).root);
    if (this.list.children.length !== rows.length || rows.some((row, at) => this.list.children[at] !== row)) this.list.replaceChildren(...rows);
    this.none.hidden = shown.length > 0;
  }

  // Which model hears: '' is the device's own recogniser.
  hears({ model = "" }) {
    for (const row of this.#rows.values()) row.hears(model, true);
    this.model = model;
  }
}

class Row {
  constructor(link, card) {
    this.state = make("span", { className: "badge" });
    this.get = make("button", { type: "button", className: "solid small" });
    this.fill = make("i", { className: "running" });
    this.bar = make("div", { className: "progress" }, this.fill);
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-label", `Getting ${card.title}`);
    this.note = make("p", { className: "hint" });
    this.use = make("button", { type: "button", className: "quiet small" });
    this.use.addEventListener("click", () => { this.#try(link); });
    this.hearing = (card.tags ?? []).includes("asr") && !(card.tags ?? []).includes("embedded");
    this.get.addEventListener("click", () => { this.get.disabled = true; link.say("job-begin", { kind: "pull", model: card.name }); });
    this.root = make("li", { className: "resident" },
      make("div", { className: "line" }, make("b", { textContent: card.title, title: card.name }), make("span", { className: "acts" }, this.state, this.use, this.get)),
      this.bar, this.note);
  }

  // The device tries a model before it hears by it.
  #try(link) {
    if (!link.say("speech-model", { model: this.used ? "" : this.name })) return;
    this.trying = setTimeout(() => { this.trying = 0; this.hears(undefined); }, 70000);
    this.use.disabled = true;
    this.use.textContent = "Trying…";
  }

  hears(model, news = false) {
    if (news) { clearTimeout(this.trying); this.trying = 0; }
    if (this.trying) return;
    if (model !== undefined) this.used = model !== "" && model === this.name;
    this.use.hidden = !this.hearing || this.was !== "ready";
    this.use.disabled = false;
    this.use.textContent = this.used ? "Stop using" : "Use for speech";
    this.use.setAttribute("aria-label", `${this.use.textContent} ${this.name}`);
    if (this.used) this.state.textContent = "hears you";
  }

  show(card) {
    this.name = card.name;
    const { state, bytes = 0, done = 0, total = 0, speed = 0 } = card;
    const languages = card.languages ?? [];
    this.state.hidden = state !== "ready" && state !== "coming";
    this.state.textContent = state;
    this.state.className = `badge ${state === "coming" ? "running" : state}`;
    this.get.hidden = state === "ready" || state === "coming";
    if (!this.get.hidden && state !== this.was) this.get.disabled = false;
    this.was = state;
    this.get.textContent = state === "partial" ? "Go on" : "Get";
    this.get.setAttribute("aria-label", `${this.get.textContent} ${card.title}`);
    this.bar.hidden = state !== "coming";
    const share = total ? Math.min(done / total, 1) : 0;
    this.fill.style.width = `${share * 100}%`;
    this.bar.setAttribute("aria-valuenow", Math.round(share * 100));
    const spoken = languages.length > 3 ? `${languages.length} languages` : languages.join(", ");
    this.note.textContent = state === "coming"
      ? `${mib(done)} of ${total ? mib(total) : "?"}${speed ? `, ${mib(speed)}/s` : ""}`
      : [card.licence, bytes ? mib(bytes) : "", spoken, card.extra ? `needs bluerill[${card.extra}]` : ""].filter(Boolean).join(" · ");
  }
}
