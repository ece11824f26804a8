// Something large on its way to the watch: announced, then sent piece by piece, as the device asks for them.

const PIECE = 48 * 1024;

export class Parcel {
  #waiting = null;

  constructor(link) {
    this.link = link;
    link.addEventListener("page.piece", ({ detail }) => this.#next(detail.offset));
    link.addEventListener("page.problem", () => { this.#waiting = null; });
    link.addEventListener("state", ({ detail }) => { if (detail.state === "closed") this.#waiting = null; });
  }

  // `type` is bring-face or bring-picture. Throws in words fit to show.
  send(type, name, data) {
    this.#waiting = data;
    if (!this.link.say(type, { name: name.slice(0, 128) || "unnamed", size: data.length })) throw new Error("The watch is not connected.");
  }

  #next(offset) {
    if (this.#waiting) this.link.piece(offset, this.#waiting.subarray(offset, offset + PIECE));
  }
}
