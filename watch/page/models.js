// Models in memory, and what waits for them.

import { make } from "./log.js";
import { mib, span, time } from "./figures.js";

const CLASSES = ["voice", "interactive", "background"];

export class Models {
  constructor(root) {
    this.tile = root.querySelector("#models-tile");
    this.rows = root.querySelector("#models");
    this.none = root.querySelector("#models-none");
    this.queue = root.querySelector("#queue");
    this.counts = root.querySelector("#model-counts");
  }

  show(models) {
    this.tile.hidden = false;
    const residents = models.residents ?? [];
    this.none.hidden = residents.length > 0;
    this.rows.replaceChildren(...residents.map((each) => this.#row(each)));
    const queued = models.queued ?? {};
    this.queue.replaceChildren(...CLASSES.map((name) => this.#klass(name, queued[name] ?? 0, models.latency?.[name])));
    const { loads = 0, evictions = 0, refusals = 0, deaths = 0, tokens_s: speed = 0 } = models;
    this.counts.textContent = [`${loads} loads`, `${evictions} evictions`, refusals && `${refusals} refused`,
      deaths && `${deaths} died`, speed && `${speed.toFixed(1)} tokens/s`].filter(Boolean).join(" · ");
  }

  #row(model) {
    const { anon = 0, file = 0, seqs = 0, tokens_s: speed = 0, idle_s: idle = 0 } = model;
    const memory = make("span", { className: "split" }, make("i", { className: "anon" }), mib(anon), make("i", { className: "file" }), mib(file));
    const does = speed ? `${speed.toFixed(1)} tokens/s` : idle >= 1 ? `idle ${span(idle)}` : "";
    return make("li", { className: "resident" },
      make("div", { className: "line" }, make("b", { textContent: model.model }), make("span", { className: `badge ${model.state}`, textContent: seqs > 1 ? `${model.state} ×${seqs}` : model.state })),
      make("div", { className: "line" }, memory, make("span", { className: "hint", textContent: does })));
  }

  #klass(name, waiting, latency) {
    const fill = make("i");
    fill.style.width = `${Math.min(waiting / 20, 1) * 100}%`;
    const { p50_ms: half = 0, p95_ms: most = 0 } = latency ?? {};
    const slow = half ? `p50 ${time(half)}, p95 ${time(most)}` : "";
    return make("li", {}, make("span", { className: "name", textContent: name }), make("span", { className: "use" }, fill),
      make("b", { textContent: String(waiting) }), make("span", { className: "hint", textContent: slow }));
  }
}
