// The glass: pictures of the device onto the canvas, fingers and crown back to the device.

const SWIPE = 130;

export class Glass {
  #chain = Promise.resolve();
  #moves = new Map();
  #drawn = null;
  #turn = 0;

  constructor(canvas, crown, link) {
    this.canvas = canvas;
    this.crown = crown;
    this.link = link;
    this.context = canvas.getContext("2d", { alpha: false });
    this.frames = 0;
    this.#pointer();
    this.#crown();
  }

  resize(size) {
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
  }

  // Pictures are decoded off the main thread but drawn strictly in order.
  show(picture) {
    const decoded = createImageBitmap(new Blob([picture.data], { type: picture.type }));
    decoded.catch(() => {});
    this.#chain = this.#chain.then(async () => {
      const bitmap = await decoded;
      this.context.drawImage(bitmap, picture.x, picture.y);
      bitmap.close();
      this.frames += 1;
      this.canvas.dataset.seq = String(picture.seq);
    }).catch((error) => console.warn("picture not shown:", error.message));
  }

  tap() {
    const middle = this.canvas.width / 2;
    this.link.say("touch", { phase: "down", x: middle, y: middle });
    this.link.say("touch", { phase: "up", x: middle, y: middle });
  }

  swipe(direction) {
    const middle = this.canvas.width / 2;
    this.link.say("touch", { phase: "down", x: middle, y: middle });
    this.link.say("touch", { phase: "up", x: middle + direction * SWIPE, y: middle });
  }

  turn(degrees) {
    this.#turn += degrees;
    this.crown.style.setProperty("--turn", `${this.#turn * 0.35}px`);
    this.link.say("crown", { degrees });
  }

  press() { this.link.say("crown", { pressed: true }); }

  // The points of the next line that is drawn on the glass.
  drawn() { return new Promise((done) => { this.#drawn = { done, points: null }; }); }

  #at(event, finger) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    return { x, y, finger, at: event.timeStamp / 1000, contact: Math.min(Math.max(event.width ?? 0, event.height ?? 0) * scale, 4096) };
  }

  #pointer() {
    const { canvas, link } = this;
    const fingers = new Map();  // pointer to finger, the first is 0
    const free = () => [...Array(10).keys()].find((finger) => ![...fingers.values()].includes(finger));
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || fingers.size >= 10) return;
      const finger = free();
      fingers.set(event.pointerId, finger);
      canvas.setPointerCapture(event.pointerId);
      const touch = this.#at(event, finger);
      if (this.#drawn && finger === 0) this.#drawn.points = [[touch.x, touch.y]];
      link.say("touch", { phase: "down", ...touch });
    });
    canvas.addEventListener("pointermove", (event) => {
      const finger = fingers.get(event.pointerId);
      if (finger === undefined) return;
      const touch = this.#at(event, finger);
      if (this.#drawn?.points && finger === 0) this.#drawn.points.push([touch.x, touch.y]);
      const first = this.#moves.size === 0;
      this.#moves.set(finger, touch);
      // At most one move a finger and picture.
      if (first) requestAnimationFrame(() => {
        for (const move of this.#moves.values()) link.say("touch", { phase: "move", ...move });
        this.#moves.clear();
      });
    });
    const end = (event) => {
      const finger = fingers.get(event.pointerId);
      if (finger === undefined) return;
      fingers.delete(event.pointerId);
      const last = this.#moves.get(finger);
      if (last) { link.say("touch", { phase: "move", ...last }); this.#moves.delete(finger); }
      const touch = this.#at(event, finger);
      link.say("touch", { phase: "up", ...touch });
      if (this.#drawn?.points && finger === 0) { this.#drawn.done(this.#drawn.points); this.#drawn = null; }
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("wheel", (event) => { event.preventDefault(); this.#wheel(event); }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.tap(); }
    });
  }

  #crown() {
    const { crown } = this;
    let last = null;
    let moved = 0;
    crown.addEventListener("wheel", (event) => { event.preventDefault(); this.#wheel(event); }, { passive: false });
    crown.addEventListener("pointerdown", (event) => { last = event.clientY; moved = 0; crown.setPointerCapture(event.pointerId); });
    crown.addEventListener("pointermove", (event) => {
      if (last === null) return;
      const step = event.clientY - last;
      if (Math.abs(step) < 4) return;
      last = event.clientY;
      moved += Math.abs(step);
      this.turn(step * 1.6);
    });
    crown.addEventListener("pointerup", () => { last = null; });
    crown.addEventListener("pointercancel", () => { last = null; });
    // A drag ends in a click too; only a click that did not turn is a press.
    crown.addEventListener("click", () => { if (moved < 6) this.press(); moved = 0; });
  }

  #wheel(event) {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 24 : event.deltaY;
    this.turn(Math.max(-60, Math.min(60, lines * 0.3)));
  }
}
