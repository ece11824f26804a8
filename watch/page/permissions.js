// What other people's skills ask for and may do: open questions above the text box, grants in the monitor.

import { make } from "./log.js";

// A question that appears under a finger must not be answered by it.
const READ_MS = 700;

export class Permissions {
  #asked = new Map();

  constructor(root, link) {
    this.link = link;
    this.asks = root.querySelector("#asks");
    this.tile = root.querySelector("#skills-tile");
    this.list = root.querySelector("#skills");
    link.addEventListener("page.hello", () => link.say("skills"));
    link.addEventListener("skills.questions", ({ detail }) => this.#questions(detail.open ?? []));
    link.addEventListener("skills.grants", ({ detail }) => this.#grants(detail.skills ?? []));
  }

  #questions(open) {
    const left = new Set(open.map((each) => each.id));
    for (const [id, card] of this.#asked) if (!left.has(id)) { card.remove(); this.#asked.delete(id); }
    for (const each of open) {
      if (this.#asked.has(each.id)) continue;
      const card = this.#card(each);
      this.#asked.set(each.id, card);
      this.asks.append(card);
    }
    this.asks.hidden = open.length === 0;
    this.link.say("skills-held");
  }

  #card(question) {
    const { id, kind, version = "", why = "", skills = [], diff = "", tried = [], where = "" } = question;
    const names = skills.map((each) => each.name).join(", ");
    const verb = { package: "Let in", made: "Keep", grant: "Allow" }[kind];
    const title = make("h3", { id: `ask-${id}`, textContent: `${verb} ${names}?` });
    const parts = skills.flatMap((each) => [
      each.summary ? make("p", { className: "hint", textContent: each.summary }) : null,
      make("p", { textContent: "It may:" }),
      make("ul", {}, ...(each.may ?? []).map((line, at) => make("li", { textContent: line, className: (each.new ?? []).includes((each.grants ?? [])[at]) && kind === "package" && why.includes("more") ? "more" : "" }))),
      (each.examples ?? []).length ? make("p", { className: "hint", textContent: (each.examples ?? []).map((said) => `“${said}”`).join("  ") }) : null,
    ]);
    const code = diff ? make("details", {}, make("summary", { textContent: "Its code" }), this.#diff(diff)) : null;
    const checks = tried.length ? make("details", {}, make("summary", { textContent: "How it was tried" }), make("ul", {}, ...tried.map((line) => make("li", { textContent: line })))) : null;
    const yes = make("button", { type: "button", className: "solid small", textContent: verb });
    const no = make("button", { type: "button", className: "quiet small", textContent: "Not now" });
    yes.disabled = true;
    setTimeout(() => { yes.disabled = false; }, READ_MS);
    const answer = (said) => { for (const each of [yes, no]) each.disabled = true; this.link.say("decide", { id, yes: said }); };
    yes.addEventListener("click", () => answer(true));
    no.addEventListener("click", () => answer(false));
    const card = make("section", { className: "asked" },
      title, make("p", { className: "hint", textContent: [`${question.package} ${version}`.trim(), why].filter(Boolean).join(" · ") }),
      ...parts.filter(Boolean), code, checks,
      make("p", { className: "hint", textContent: `${where} You can take any of this back.`.trim() }),
      make("div", { className: "acts" }, no, yes));
    card.dataset.kind = kind;
    card.setAttribute("aria-labelledby", `ask-${id}`);
    return card;
  }

  #diff(text) {
    const lines = text.split("\n").map((line) => make("span", { textContent: `${line}\n`, className: line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "" }));
    return make("pre", { tabIndex: 0 }, ...lines);
  }

  #grants(rows) {
    this.tile.hidden = rows.length === 0;
    const focus = document.activeElement?.dataset?.grant;
    this.list.replaceChildren(...rows.map((row) => this.#row(row)));
    if (focus) this.list.querySelector(`[data-grant="${CSS.escape(focus)}"]`)?.focus();
  }

  #row({ skill, package: from, version = "", state = "", problem = "", at = 0, grants = [] }) {
    const badge = make("span", { className: `badge ${state === "running" ? "running" : state === "waiting" ? "paused" : "failed"}`, textContent: state });
    const look = state === "waiting" ? make("button", { type: "button", className: "quiet small", textContent: "Look" }) : null;
    look?.setAttribute("aria-label", `Look what ${skill} asks for`);
    look?.addEventListener("click", () => { look.disabled = true; this.link.say("consider", { skill }); });
    const boxes = grants.map(({ grant, words, held }) => {
      const box = make("input", { type: "checkbox", checked: held });
      box.setAttribute("role", "switch");
      box.dataset.grant = `${skill} ${grant}`;
      box.addEventListener("change", () => { box.disabled = true; this.link.say("grant", { skill, grant, held: box.checked }); });
      return make("li", {}, make("label", { className: "switch" }, box, make("span"), words));
    });
    const note = problem || (at ? `agreed to on ${new Date(at * 1000).toLocaleDateString()}` : "");
    return make("li", { className: "resident" },
      make("div", { className: "line" }, make("b", { textContent: skill, title: `${from} ${version}` }), make("span", { className: "acts" }, badge, look)),
      grants.length ? make("ul", { className: "held" }, ...boxes) : make("p", { className: "hint", textContent: state === "waiting" ? "" : "It only answers." }),
      make("p", { className: "hint", textContent: note }));
  }
}
