// Small pictures of faces, drawn by the device one after the other when somebody first wants to see them, and kept.

const SIDE = 120;

export function blobOf(data, type) {
  return URL.createObjectURL(new Blob([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], { type }));
}

export const pictureOf = (data) => blobOf(data, "image/webp");

export class Thumbs {
  #id = 0; // even ones; those of the studio are odd
  #drawn = new Map();
  #waiting = new Map();
  #asked = "";

  constructor(link) {
    this.link = link;
    link.addEventListener("page.studio-look", ({ detail }) => { if (this.owns(detail.id)) this.#shown(detail); });
    link.addEventListener("page.studio-refused", ({ detail }) => { if (this.owns(detail.id)) this.#next(this.#asked); });
    link.addEventListener("state", ({ detail }) => { if (detail.state !== "open") this.#asked = ""; else this.#ask(); });
  }

  owns(id) { return id % 2 === 0; }

  // Show a face's picture in an image, as soon as there is one.
  into(face, image) {
    if (this.#drawn.has(face)) { image.src = this.#drawn.get(face); return; }
    this.#waiting.set(face, [...(this.#waiting.get(face) ?? []).filter((each) => each.isConnected), image]);
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    const [face] = this.#waiting.keys();
    if (face !== undefined && this.link.say("studio-look", { id: (this.#id += 2), face, size: SIDE })) this.#asked = face;
  }

  #shown({ face, data }) {
    this.#drawn.set(face, pictureOf(data));
    for (const image of this.#waiting.get(face) ?? []) image.src = this.#drawn.get(face);
    this.#next(face);
  }

  #next(face) {
    this.#waiting.delete(face);
    this.#asked = "";
    this.#ask();
  }
}
