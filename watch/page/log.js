// The conversation: what was heard, what was answered, what was done. Everything is text, never markup.

const MOST = 200;
const REVERSIBLE = new Set(["create_face", "change_face", "set_face"]);

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function callText(call) {
  const parts = Object.entries(call.arguments ?? {}).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${call.name}(${parts.join(", ")})`;
}

export class Log {
  #turns = new Set();

  constructor(list, say) {
    this.list = list;
    this.say = say;
    // What appears below the conversation must not cover its end.
    let near = true;
    list.addEventListener("scroll", () => { near = list.scrollHeight - list.scrollTop - list.clientHeight < 120; });
    new ResizeObserver(() => { if (near) list.scrollTop = list.scrollHeight; }).observe(list);
  }

  turn(turn) {
    if (this.#turns.has(turn.id)) return false;
    this.#turns.add(turn.id);
    const said = turn.transcript || turn.text;
    if (said) {
      const how = turn.asr ? `heard by ${turn.asr}` : turn.source?.startsWith("gesture ") ? `by ${turn.source.slice(8)}` : "";
      const seen = turn.seen ? `“this” is the ${turn.seen}` : "";
      const spoken = how || seen ? make("small", { textContent: [how, seen].filter(Boolean).join(", ") }) : null;
      this.#add("mine", said, spoken);
    }
    const calls = make("div", { className: "calls" }, ...(turn.calls ?? []).map((call) => make("span", {
      className: call.error ? "call bad" : "call", textContent: call.error ? `${callText(call)}: ${call.error}` : callText(call),
    })));
    const outcome = turn.outcome ?? "done";
    const kind = outcome === "done" ? "theirs" : outcome === "failed" || outcome === "fault" ? "theirs failed" : "theirs refused";
    const reply = turn.reply || (outcome === "not-heard" ? "Sorry, I did not catch that." : "Done.");
    if (outcome === "done" && (turn.calls ?? []).some((call) => REVERSIBLE.has(call.name) && !call.error)) calls.append(this.#undo());
    this.#add(kind, reply, (turn.calls ?? []).length ? calls : null);
    if (outcome === "asked") this.#choice();
    return true;
  }

  // What a stranger's words ask for waits for the owner: a tap says it as well as a word does.
  #choice() {
    const row = make("span", { className: "choice" });
    for (const [label, text] of [["Yes, do it", "yes"], ["No", "no"]]) {
      row.append(make("button", { type: "button", textContent: label, onclick: () => { row.remove(); this.say(text); } }));
    }
    this.#add("theirs refused", "", row);
  }

  // A face that was just put on is taken off again by one tap, as by the word.
  #undo() {
    const button = make("button", { type: "button", className: "undo", textContent: "Undo" });
    button.addEventListener("click", () => { button.remove(); this.say("undo"); });
    return button;
  }

  unasked(text) { this.#add("theirs", text, null); }

  note(text) { this.#add("note", text, null); }

  clear() { this.list.replaceChildren(); }

  #add(kind, text, extra) {
    const near = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    this.list.append(make("li", { className: kind }, make("span", { textContent: text }), extra));
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
    if (near) this.list.scrollTop = this.list.scrollHeight;
  }
}
