// The monitor: the kernel's status as figures and bars, the last turn as steps and a time line.

import { mib, span, time } from "./figures.js";
import { callText, make } from "./log.js";

const PARTS = [["anon", "anonymous"], ["file", "file-backed"], ["spare", "promised"], ["free", "free"], ["headroom", "headroom"]];
const STAGES = [["endpoint_ms", "endpoint", "--s4"], ["asr_ms", "speech to text", "--s2"], ["plan_ms", "plan", "--s3"], ["act_ms", "act", "--s1"]];

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

  // The whole budget by class: what is used, what is promised beyond that, what is free, what is never promised.
  #ledger(status, services) {
    const bytes = { anon: 0, file: 0, spare: 0, free: Math.max(status.budget - status.reserved - status.headroom, 0), headroom: status.headroom };
    for (const { anon = 0, file = 0, charge = 0, reserved = 0 } of services) {
      const known = anon + file;
      bytes.anon += known ? anon : charge;
      bytes.file += file;
      bytes.spare += Math.max(reserved - Math.max(charge, known), 0);
    }
    const total = Math.max(PARTS.reduce((sum, [key]) => sum + bytes[key], 0), 1);
    const bar = this.part("ledger");
    bar.replaceChildren(...PARTS.map(([key, name]) => {
      const piece = make("i", { className: key, title: `${name} ${mib(bytes[key])}` });
      piece.style.width = `${(100 * bytes[key]) / total}%`;
      return piece;
    }));
    this.part("ledger-parts").replaceChildren(...PARTS.map(([key, name]) => make("span", {}, make("i", { className: key }), `${name} ${mib(bytes[key])}`)));
    const text = `${mib(status.reserved)} promised of ${mib(status.budget)}`;
    this.part("ledger-text").textContent = text;
    bar.setAttribute("aria-label", `Memory ledger: ${text}; ${PARTS.map(([key, name]) => `${name} ${mib(bytes[key])}`).join(", ")}`);
  }

  #service(service) {
    const dot = make("span", { className: `dot ${service.state}` });
    const generation = (service.generation ?? 0) > 1 ? ` #${service.generation}` : "";
    const name = make("td", { title: service.pid ? `process ${service.pid}${service.starter ? `, started by ${service.starter}` : ""}` : "in the core" }, dot, service.name + generation);
    const memory = make("td", { className: "n" });
    if (service.reserved) {
      const share = Math.min((service.charge ?? 0) / service.reserved, 1);
      const [anon, file] = [service.anon || service.file ? service.anon ?? 0 : service.charge ?? 0, service.file ?? 0];
      const fill = [make("i", { className: `anon${share > 0.85 ? " high" : ""}` }), make("i", { className: "file" })];
      fill[0].style.width = `${Math.min(anon / service.reserved, 1) * 100}%`;
      fill[1].style.width = `${Math.min(file / service.reserved, 1) * 100}%`;
      memory.append(`${mib(service.charge ?? 0)} / ${mib(service.reserved)}`, make("span", { className: "use" }, ...fill));
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
    const by = `${turn.planner || "no planner"}, confidence ${(turn.confidence ?? 0).toFixed(2)}${turn.seen ? `, “this” is the ${turn.seen}` : ""}`;
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
