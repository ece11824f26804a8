// Long work in the background: one entry a job, changed in place so that the keyboard stays where it is.

import { make } from "./log.js";
import { span } from "./figures.js";

const ENDED = ["done", "failed", "cancelled"];
const SHOWN_ENDED = 3;
const SURE_MS = 4000;

export class Jobs {
  #entries = new Map();

  constructor(root, link) {
    this.list = root.querySelector("#jobs");
    this.none = root.querySelector("#jobs-none");
    this.holding = root.querySelector("#jobs-holding");
    this.link = link;
    for (const button of root.querySelectorAll("[data-begin]")) {
      button.addEventListener("click", () => link.say("job-begin", { kind: button.dataset.begin }));
    }
  }

  show({ jobs = [], holding = "" }) {
    let ended = 0;
    const shown = jobs.filter((job) => !ENDED.includes(job.state) || ended++ < SHOWN_ENDED);
    const kept = new Set(shown.map((job) => job.id));
    for (const [id, entry] of this.#entries) if (!kept.has(id)) { entry.root.remove(); this.#entries.delete(id); }
    for (const job of shown) {
      if (!this.#entries.has(job.id)) this.#entries.set(job.id, new Entry(this.link, job.id));
      this.#entries.get(job.id).show(job);
    }
    const order = shown.map((job) => this.#entries.get(job.id).root);
    if (order.some((root, at) => this.list.children[at] !== root)) this.list.replaceChildren(...order);
    this.none.hidden = shown.length > 0;
    const waits = shown.some((job) => !ENDED.includes(job.state) && job.state !== "paused");
    this.holding.hidden = !(holding && waits);
    this.holding.textContent = holding ? `Waiting: ${holding}.` : "";
  }
}

class Entry {
  constructor(link, id) {
    this.title = make("b");
    this.state = make("span", { className: "badge" });
    this.fill = make("i");
    this.bar = make("div", { className: "progress" }, this.fill);
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-valuemin", "0");
    this.bar.setAttribute("aria-valuemax", "100");
    this.note = make("p", { className: "hint" });
    this.rest = make("button", { type: "button", className: "quiet small" });
    this.end = make("button", { type: "button", className: "quiet small" });
    this.rest.addEventListener("click", () => link.say("job", { id, to: this.resting ? "resume" : "pause" }));
    this.end.addEventListener("click", () => {
      if (this.over) link.say("job", { id, to: "forget" });
      else if (this.sure) { link.say("job", { id, to: "cancel" }); this.#ask(false); }
      else this.#ask(true);
    });
    this.end.addEventListener("blur", () => this.#ask(false));
    const acts = make("div", { className: "acts" }, this.rest, this.end);
    this.root = make("li", { className: "job" },
      make("div", { className: "line" }, this.title, this.state), this.bar, make("div", { className: "line" }, this.note, acts));
  }

  // What cannot be taken back is asked for twice.
  #ask(sure) {
    this.sure = sure;
    clearTimeout(this.timer);
    if (sure) this.timer = setTimeout(() => this.#ask(false), SURE_MS);
    this.end.classList.toggle("sure", sure);
    this.#name();
  }

  #name() {
    this.end.textContent = this.over ? "Remove" : this.sure ? "Really cancel?" : "Cancel";
    this.end.setAttribute("aria-label", `${this.end.textContent} ${this.title.textContent}`);
  }

  show(job) {
    const { done = 0, total = 0, steps = 0 } = job;
    this.over = ENDED.includes(job.state);
    this.resting = job.state === "paused" || job.state === "failed";
    this.title.textContent = job.title;
    this.state.textContent = job.state;
    this.state.className = `badge ${job.state}`;
    const share = job.state === "done" ? 1 : total > 0 ? Math.min(done / total, 1) : 0;
    this.fill.style.width = `${share * 100}%`;
    this.fill.className = job.state;
    this.bar.hidden = this.over;
    this.bar.setAttribute("aria-valuenow", Math.round(share * 100));
    this.bar.setAttribute("aria-label", job.title);
    this.note.textContent = this.#note(job, share, steps);
    this.note.className = job.state === "failed" ? "hint bad" : "hint";
    this.rest.hidden = this.over && job.state !== "failed";
    this.rest.textContent = job.state === "failed" ? "Try again" : this.resting ? "Go on" : "Pause";
    this.rest.setAttribute("aria-label", `${this.rest.textContent} ${job.title}`);
    this.#name();
  }

  #note(job, share, steps) {
    if (job.said) return job.said;
    if (job.problem) return job.problem;
    if (this.over) return "";
    const parts = [job.total > 0 ? `${Math.floor(share * 100)} %` : steps ? `${steps} chunks` : ""];
    const ran = Date.now() / 1000 - (job.began ?? 0);
    if (job.state === "running" && share > 0.02 && job.began && ran > 0) parts.push(`about ${span(ran * (1 - share) / share)} left`);
    return parts.filter(Boolean).join(", ");
  }
}
