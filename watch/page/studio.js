// The studio: every face of the format at any time, day or night; its document, what is wrong with it, and its figures.
//
// The device draws: a look is asked for at most once at a time, and the latest wish follows. What is typed is looked at
// after a short pause; a document that cannot be read keeps the last picture and says in which line it fails.

import { make } from "./log.js";
import { blobOf, pictureOf } from "./thumbs.js";

const PAUSE_MS = 350;
const CODED = new Set(["analog", "digital", "minimal"]);

export class Studio {
  #id = 1; // odd ones; those of thumbnails are even
  #names = [];
  #face = "";
  #worn = "";
  #kept = "";
  #wanted = new Map();
  #timer = 0;
  #exported = "";
  #looking = false;
  #again = false;
  #passing = false;

  constructor(root, link, thumbs) {
    this.thumbs = thumbs;
    this.$ = (id) => root.getElementById(`studio-${id}`);
    this.dialog = root.getElementById("studio");
    this.link = link;
    const look = () => this.#look();
    for (const id of ["at", "battery", "steps", "heart"]) this.$(id).addEventListener("input", look);
    for (const id of ["size", "ambient"]) this.$(id).addEventListener("change", look);
    this.$("document").addEventListener("input", () => this.#edited());
    this.$("words").addEventListener("submit", (event) => { event.preventDefault(); this.#make(false); });
    this.$("change").addEventListener("click", () => this.#make(true));
    this.$("keep").addEventListener("click", () => this.#ask("studio-keep", { face: this.#face, document: this.$("document").value }));
    this.$("project").addEventListener("click", () => this.#ask("studio-export", { face: this.#face, document: this.#changed() }));
    this.$("wear").addEventListener("click", () => this.link.say("face", { face: this.#face, ambient: false }));
    this.$("close").addEventListener("click", () => this.dialog.close());
    link.addEventListener("state", ({ detail }) => { if (detail.state === "closed") { this.#looking = this.#again = false; this.#wanted.clear(); this.#free(); } });
    link.addEventListener("page.studio-look", ({ detail }) => this.#shown(detail));
    link.addEventListener("page.studio-read", ({ detail }) => this.#read(detail));
    link.addEventListener("page.studio-export", ({ detail }) => this.#save(detail));
    link.addEventListener("page.studio-made", ({ detail }) => this.#made(detail));
    link.addEventListener("page.studio-refused", ({ detail }) => this.#refused(detail));
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.#gallery();
    const first = this.#names.includes(this.#worn) ? this.#worn : this.#names[0];
    if (first) this.choose(this.#face || first);
  }

  offer(names) {
    this.#names = names.filter((name) => !CODED.has(name));
    if (this.dialog.open) this.#gallery();
  }

  mark(face) { this.#worn = face; }

  choose(face) {
    this.#face = face;
    this.#kept = "";
    this.#say("");
    for (const button of this.$("gallery").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.face === face));
      if (button.dataset.face === face) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    this.$("scores").replaceChildren();
    this.$("energy").textContent = "…";
    this.$("energy").dataset.letter = "";
    this.#look();
    // its document at once, its figures when they have been measured
    this.#ask("studio-read", { face, measured: false });
    this.#ask("studio-read", { face });
  }

  #gallery() {
    this.$("gallery").replaceChildren(...this.#names.map((face) => {
      const picture = make("img", { alt: "", width: 72, height: 72 });
      this.thumbs.into(face, picture);
      const button = make("button", { type: "button" }, picture, make("span", { textContent: face }));
      button.dataset.face = face;
      button.setAttribute("aria-pressed", String(face === this.#face));
      button.addEventListener("click", () => this.choose(face));
      return make("li", {}, button);
    }));
  }

  #ask(type, fields) {
    const id = (this.#id += 2);
    if (!this.link.say(type, { id, ...fields })) this.#say("The watch is not connected.", true, true);
    return id;
  }

  #values() {
    const number = (id) => Number(this.$(id).value);
    const at = number("at");
    this.$("clock").textContent = `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
    this.$("battery").previousElementSibling.textContent = `${number("battery")} %`;
    this.$("steps").previousElementSibling.textContent = String(number("steps"));
    this.$("heart").previousElementSibling.textContent = String(number("heart"));
    return { at, battery: number("battery"), steps: number("steps"), heart_rate: number("heart"), size: number("size"), ambient: this.$("ambient").checked };
  }

  // At most one look is under way; whatever changes meanwhile is looked at after it.
  #look() {
    const values = this.#values();
    if (!this.#face) return;
    if (this.#looking) { this.#again = true; return; }
    this.#looking = true;
    this.#wanted.set(this.#ask("studio-look", { face: this.#face, document: this.#changed(), ...values }), "look");
  }

  #looked() {
    this.#looking = false;
    if (this.#again) { this.#again = false; this.#look(); }
  }

  // The edited document; "" while it is the face's own.
  #changed() {
    const text = this.$("document").value;
    return this.#kept && text !== this.#kept ? text : "";
  }

  #edited() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const document = this.#changed();
      this.$("keep").disabled = !document;
      this.#export();
      this.#look();
      if (document) this.#ask("studio-read", { face: this.#face, document, measured: false });
    }, PAUSE_MS);
  }

  #make(change) {
    const words = this.$("text").value.trim();
    if (!words) { this.$("text").focus(); return; }
    this.#say("Making it…");
    this.$("make").disabled = this.$("change").disabled = true;
    this.#ask("studio-make", { words, change: change ? this.#face : "" });
  }

  #shown({ id, face, found, data }) {
    if (!this.#wanted.delete(id)) return;
    this.#looked();
    if (face !== this.#face) return;
    const address = pictureOf(data);
    const picture = this.$("picture");
    const before = picture.src;
    picture.src = address;
    picture.alt = `The face ${face} at ${this.$("clock").textContent}`;
    if (before.startsWith("blob:")) URL.revokeObjectURL(before);
    const notes = found.notes ?? [];
    if (notes.length) this.#say(`Not drawn: ${notes.join("; ")}`, true, true);
    else if (this.#passing) this.#say(""); // what was answered to something else stays
  }

  #read({ face, found, data }) {
    if (face !== this.#face) return;
    if (!this.#kept) {
      this.$("document").value = data;
      this.#kept = this.$("document").value;
      this.$("document").scrollTop = 0;
      this.$("keep").disabled = true;
      this.#export();
    }
    const { findings, scores = [], energy = "", words = "" } = found; // what is as usual is not sent
    if (!scores.length || !this.#changed()) this.#outline(found.tree, findings); // figures are those of the face as it was
    if (!scores.length || !energy) return;
    this.$("energy").textContent = energy;
    this.$("energy").dataset.letter = energy;
    this.$("scores").replaceChildren(...scores.map(({ name, value, limit, passed }) =>
      make("li", { className: passed === false ? "bad" : passed ? "good" : "" }, make("span", { textContent: name }), make("b", { textContent: limit ? `${value} / ${limit}` : value }))));
    if (words) this.#say(`Made from: ${words}`);
  }

  #outline(tree, findings) {
    this.#findings(findings);
    this.$("tree").replaceChildren(...tree.map(({ depth, tag, what, line }) => {
      const button = make("button", { type: "button" }, make("b", { textContent: tag }), make("i", { textContent: what }), make("span", { textContent: String(line) }));
      button.style.setProperty("--depth", String(depth));
      if (findings.some((finding) => finding.error && finding.line === line)) button.classList.add("bad");
      button.addEventListener("click", () => this.#go(line));
      return make("li", {}, button);
    }));
  }

  #findings(findings) {
    const list = findings.length ? findings : [{ line: 0, text: "Nothing is wrong with it.", error: false, mend: "" }];
    this.$("findings").replaceChildren(...list.slice(0, 20).map(({ line, text, mend, error }) => {
      const button = make("button", { type: "button", className: error ? "bad" : "" }, line ? make("b", { textContent: `line ${line}` }) : null, `${text}${mend ? `; ${mend}` : ""}`);
      if (line) button.addEventListener("click", () => this.#go(line)); else button.disabled = true;
      return make("li", {}, button);
    }));
  }

  #made({ name, text }) {
    this.#free();
    this.$("text").value = "";
    if (!this.#names.includes(name)) this.#names.push(name);
    this.#gallery();
    this.choose(name);
    this.#say(text);
  }

  #refused({ id, reason, line }) {
    if (this.thumbs.owns(id)) return;
    const kind = this.#wanted.get(id);
    this.#wanted.delete(id);
    if (kind === "look") this.#looked();
    else this.#free();
    this.#say(reason, true, kind === "look");
    if (line) this.#findings([{ line, text: reason, error: true, mend: "" }]);
  }

  #save({ found, data }) {
    const address = blobOf(data, "application/zip");
    make("a", { href: address, download: found.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.#say(`${found.name}: format version ${found.version}; build it with gradle bundleRelease.`);
  }

  #free() { this.$("make").disabled = this.$("change").disabled = false; }

  // What is passing is gone with the next look that succeeds.
  #say(text, bad = false, passing = false) {
    this.#passing = passing;
    this.$("said").textContent = text;
    this.$("said").classList.toggle("bad", bad);
  }

  #export() {
    if (this.#exported) URL.revokeObjectURL(this.#exported);
    this.#exported = URL.createObjectURL(new Blob([this.$("document").value], { type: "application/xml" }));
    this.$("export").href = this.#exported;
    this.$("export").download = `${this.#face.replaceAll(" ", "-")}.xml`;
  }

  // Put the cursor on a line of the document.
  #go(line) {
    const area = this.$("document");
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 6);
  }
}
