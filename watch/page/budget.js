// The device's memory budget: what it is, and another one while it runs.

import { mib } from "./figures.js";
import { make } from "./log.js";

const MB = 1048576;
const SIZES = [128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096].map((size) => size * MB);

export class Budget {
  #is = 0;
  #waiting = false;

  constructor(select, link) {
    this.select = select;
    select.addEventListener("change", () => {
      const bytes = Number(select.value);
      if (bytes === this.#is) return;
      // A smaller one takes effect when models have made room, which may take seconds.
      this.#waiting = select.disabled = link.say("budget", { bytes });
      if (!this.#waiting) this.#offer();
    });
  }

  show(bytes) {
    if (!bytes || this.#waiting || (bytes === this.#is && !this.select.disabled)) return;
    this.#is = bytes;
    this.#offer();
  }

  // 0: it was refused, and is what it was.
  moved(bytes) {
    this.#waiting = false;
    this.#is = bytes || this.#is;
    this.#offer();
  }

  #offer() {
    const sizes = [...new Set([...SIZES, this.#is])].sort((a, b) => a - b);
    this.select.replaceChildren(...sizes.map((size) => make("option", { value: String(size), textContent: mib(size), selected: size === this.#is })));
    this.select.disabled = false;
  }
}
