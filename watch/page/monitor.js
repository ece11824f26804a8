// The monitor: the kernel's status as figures and bars, the last turn as steps and a time line.

import { callText, make } from "./log.js";

const COLOURS = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"];
const STAGES = [["endpoint_ms", "endpoint", "--s4"], ["asr_ms", "speech to text", "--s2"], ["plan_ms", "plan", "--s3"], ["act_ms", "act", "--s1"]];

function mib(bytes) { return `${(bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0)} MB`; }

function time(ms) { return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`; }

function span(seconds) {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

export class Monitor {
  constructor(root) { this.part = (id) => root.querySelector(`#${id}`); }

  status(status) {
    const services = status.services ?? [];
    this.part("uptime").textContent = `up ${span(status.uptime_s)}`;
    this.part("rate").textContent = status.messages_per_s >= 100 ? Math.round(status.messages_per_s) : status.messages_per_s.toFixed(1);
    // The mechanism is a long line for doctors; its first words are enough here.
    this.part("mechanism").textContent = `${status.host}: memory capped by ${status.mechanism.split(/[:(]/)[0].trim()}`;
    this.part("mechanism").title = status.mechanism;
    this.#ledger(status, services);
    this.part("services").replaceChildren(...services.map((service) => this.#service(service)));
    const faults = [...(status.faults ?? []), ...services.filter((s) => s.problem).map((s) => `${s.name}: ${s.problem}`)];
    this.part("faults-tile").hidden = faults.length === 0;
    this.part("faults").replaceChildren(...faults.slice(-8).map((text) => make("li", { textContent: text })));
  }

  #ledger(status, services) {
    const bar = this.part("ledger");
    const held = services.filter((service) => service.reserved > 0);
    const total = Math.max(status.budget, 1);
    const pieces = held.map((service, index) => {
      const piece = make("i", { title: `${service.name} ${mib(service.reserved)}` });
      piece.style.width = `${(100 * service.reserved) / total}%`;
      piece.style.background = `var(${COLOURS[index % COLOURS.length]})`;
      return piece;
    });
    const named = held.reduce((sum, service) => sum + service.reserved, 0);
    if (status.reserved > named) {
      const core = make("i", { title: `core ${mib(status.reserved - named)}` });
      core.style.width = `${(100 * (status.reserved - named)) / total}%`;
      core.style.background = "var(--soft)";
      pieces.unshift(core);
    }
    const head = make("i", { className: "head", title: `headroom ${mib(status.headroom)}` });
    head.style.width = `${(100 * status.headroom) / total}%`;
    head.style.marginLeft = "auto";
    bar.replaceChildren(...pieces, head);
    const free = Math.max(total - status.reserved - status.headroom, 0);
    const text = `${mib(status.reserved)} promised of ${mib(status.budget)}; ${mib(free)} free, ${mib(status.headroom)} never promised`;
    this.part("ledger-text").textContent = text;
    bar.setAttribute("aria-label", `Memory ledger: ${text}`);
  }

  #service(service) {
    const dot = make("span", { className: `dot ${service.state}` });
    const generation = (service.generation ?? 0) > 1 ? ` #${service.generation}` : "";
    const name = make("td", { title: service.pid ? `process ${service.pid}${service.starter ? `, started by ${service.starter}` : ""}` : "in the core" }, dot, service.name + generation);
    const memory = make("td", { className: "n" });
    if (service.reserved) {
      const share = Math.min((service.charge ?? 0) / service.reserved, 1);
      const fill = make("i", { className: share > 0.85 ? "high" : "" });
      fill.style.width = `${share * 100}%`;
      memory.append(`${mib(service.charge ?? 0)} / ${mib(service.reserved)}`, make("span", { className: "use" }, fill));
      memory.title = `anonymous ${mib(service.anon ?? 0)}, files ${mib(service.file ?? 0)}, peak ${mib(service.peak ?? 0)}`;
    } else {
      memory.textContent = "core";
    }
    const count = make("td", { className: "n", textContent: `${service.handled ?? 0}${service.errors ? ` (${service.errors} failed)` : ""}` });
    return make("tr", {}, name, make("td", { textContent: service.state }), memory, count);
  }

  turn(turn) {
    const latency = turn.latency ?? {};
    const total = latency.total_ms ?? STAGES.reduce((sum, [key]) => sum + (latency[key] ?? 0), 0);
    this.part("total").textContent = total ? time(total) : "–";
    const present = STAGES.filter(([key]) => latency[key] !== undefined);
    const sum = present.reduce((all, [key]) => all + latency[key], 0) || 1;
    const bar = this.part("spans");
    bar.replaceChildren(...present.map(([key, label, colour]) => {
      const share = latency[key] / sum;
      const piece = make("i", { title: `${label} ${time(latency[key])}`, textContent: share > 0.2 ? time(latency[key]) : "" });
      piece.style.width = `${share * 100}%`;
      piece.style.background = `var(${colour})`;
      return piece;
    }));
    bar.setAttribute("aria-label", `Latency: ${present.map(([key, label]) => `${label} ${time(latency[key])}`).join(", ")}`);
    this.#legend(present.map(([key, label, colour]) => [colour, `${label} ${time(latency[key])}`]));
    const steps = (turn.calls ?? []).map((call) => make("li", {},
      make("code", { className: call.error ? "bad" : "", textContent: call.error ? `${callText(call)}: ${call.error}` : callText(call) }),
      make("span", { textContent: call.ms ? time(call.ms) : "" })));
    const by = `${turn.planner || "no planner"}, confidence ${(turn.confidence ?? 0).toFixed(2)}`;
    this.part("plan").replaceChildren(...(steps.length ? steps : [make("li", { className: "hint", textContent: "No action was taken." })]),
      make("li", { className: "hint", textContent: by }));
  }

  #legend(entries) {
    this.part("legend")?.remove();
    const legend = make("p", { className: "legend", id: "legend" }, ...entries.map(([colour, text]) => {
      const mark = make("i");
      mark.style.background = `var(${colour})`;
      return make("span", {}, mark, text);
    }));
    this.part("spans").after(legend);
  }
}
