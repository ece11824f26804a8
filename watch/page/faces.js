// Watch faces: which one is worn, a gallery of all of them, and bringing one: a face folder, .zip, .apk or .xml.
//
// Pictures of the gallery are drawn when it is first opened. A folder is packed here, as a zip without compression. The device checks a face before it shows it; what it refuses
// is said as any other problem.

import { make } from "./log.js";

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 500;

export class Faces {
  constructor(root, link, parcel, thumbs) {
    this.$ = (id) => root.getElementById(id);
    this.list = this.$("faces");
    this.link = link;
    this.parcel = parcel;
    this.thumbs = thumbs;
    this.shown = "";
    this.names = [];
    this.$("face-back").addEventListener("click", () => this.#step(-1));
    this.$("face-next").addEventListener("click", () => this.#step(1));
    this.list.addEventListener("beforetoggle", ({ newState }) => { if (newState === "open") this.#draw(); });
    this.list.addEventListener("toggle", ({ newState }) => {
      if (newState === "open") (this.list.querySelector("[aria-pressed=true]") ?? this.list.firstElementChild)?.focus();
    });
    this.list.addEventListener("keydown", (event) => this.#keys(event));
    link.addEventListener("page.faces", ({ detail }) => this.offer(detail.faces));
  }

  offer(names) {
    this.names = names;
    this.list.replaceChildren(...names.map((face) => {
      const button = make("button", { type: "button" }, make("img", { alt: "", width: 72, height: 72 }), make("span", { textContent: face }));
      button.dataset.face = face;
      button.addEventListener("click", () => { this.#wear(face); this.list.hidePopover(); });
      return button;
    }));
    this.mark(this.shown);
    if (this.list.matches(":popover-open")) this.#draw();
  }

  #draw() {
    for (const button of this.list.children) this.thumbs.into(button.dataset.face, button.firstElementChild);
  }

  #wear(face) { this.link.say("face", { face, ambient: false }); }

  #step(by) {
    const at = this.names.indexOf(this.shown);
    if (this.names.length) this.#wear(this.names[(at + by + this.names.length) % this.names.length]);
  }

  // Arrows move through the gallery as it is laid out.
  #keys(event) {
    const all = [...this.list.children], at = all.indexOf(document.activeElement);
    const across = all.filter((each) => each.offsetTop === all[0].offsetTop).length;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - across, ArrowDown: at + across, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.min(Math.max(to, 0), all.length - 1)].focus();
  }

  mark(face) {
    this.shown = face;
    this.$("face-now").querySelector("span").textContent = face || "faces";
    for (const button of this.list.children) button.setAttribute("aria-pressed", String(button.dataset.face === face));
  }

  // A folder is packed here.
  async folder(entry) { await this.bring(`${entry.name}.zip`, zip(await filesOf(entry))); }

  // Send a packed face. Throws in words fit to show.
  async bring(name, data) {
    if (data.length > MOST_BYTES) throw new Error(`A face may have at most ${MOST_BYTES >> 20} MiB; ${name} has ${(data.length / 1048576).toFixed(1)}.`);
    this.parcel.send("bring-face", name, data);
  }
}

// Every file below a dropped folder, with its path inside it.
async function filesOf(folder, path = "", found = []) {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "build") continue;
      if (entry.isDirectory) await filesOf(entry, `${path}${entry.name}/`, found);
      else {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        found.push({ name: path + entry.name, data: new Uint8Array(await file.arrayBuffer()) });
      }
      if (found.length > MOST_FILES) throw new Error(`A face may have at most ${MOST_FILES} files.`);
    }
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// A zip archive of stored files (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16).
function zip(files) {
  const parts = [], central = [];
  let offset = 0;
  for (const { name, data } of files) {
    const path = new TextEncoder().encode(name), crc = crc32(data);
    const head = fields([[4, 0x04034b50], [2, 20], [2, 0x800], [2, 0], [4, 0], [4, crc], [4, data.length], [4, data.length], [2, path.length], [2, 0]]);
    parts.push(head, path, data);
    central.push(fields([[4, 0x02014b50], [2, 20], [2, 20], [2, 0x800], [2, 0], [4, 0], [4, crc], [4, data.length], [4, data.length], [2, path.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), path);
    offset += head.length + path.length + data.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = fields([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]]);
  const whole = new Uint8Array(offset + size + end.length);
  let at = 0;
  for (const part of [...parts, ...central, end]) { whole.set(part, at); at += part.length; }
  return whole;
}

function fields(list) {
  const bytes = new Uint8Array(list.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of list) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}
