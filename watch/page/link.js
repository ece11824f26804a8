// The link to the device: one WebSocket that comes back by itself.
//
// Control is JSON, audio and pictures are binary (the layout is in watch/web/protocol.py). A lost link is retried
// with exponential back-off and jitter, at once when the browser says that the network or the page is back.

const FIRST_MS = 400;
const LIMIT_MS = 15000;

export class Link extends EventTarget {
  #socket = null;
  #delay = FIRST_MS;
  #timer = 0;
  #opened = false;

  constructor(url) {
    super();
    this.url = url;
    addEventListener("online", () => this.#soon());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#soon(); });
  }

  get open() { return this.#socket !== null && this.#socket.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.#timer);
    this.#emit("state", { state: "connecting" });
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => { this.#delay = FIRST_MS; this.#opened = true; this.#emit("state", { state: "open" }); });
    socket.addEventListener("message", (event) => this.#take(event.data));
    socket.addEventListener("close", (event) => this.#lost(socket, event));
  }

  // Say something; false if the link is down (nothing is queued: it would be stale by the time it arrives).
  say(type, fields = {}) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  audio(seq, samples) {
    if (!this.open || this.#socket.bufferedAmount > 262144) return false;
    const frame = new Uint8Array(5 + samples.byteLength);
    const view = new DataView(frame.buffer);
    view.setUint8(0, 1);
    view.setUint32(1, seq >>> 0, true);
    frame.set(new Uint8Array(samples), 5);
    this.#socket.send(frame);
    return true;
  }

  piece(offset, bytes) {
    if (!this.open) return false;
    const frame = new Uint8Array(5 + bytes.length);
    const view = new DataView(frame.buffer);
    view.setUint8(0, 4);
    view.setUint32(1, offset, true);
    frame.set(bytes, 5);
    this.#socket.send(frame);
    return true;
  }

  #take(data) {
    if (typeof data === "string") {
      const { type, body } = JSON.parse(data);
      this.#emit(type, body);
      return;
    }
    const view = new DataView(data);
    if (view.getUint8(0) === 2) {
      this.#emit("picture", {
        seq: view.getUint32(1, true), x: view.getUint16(5, true), y: view.getUint16(7, true),
        width: view.getUint16(9, true), height: view.getUint16(11, true),
        type: ["image/png", "image/webp", "image/jpeg"][view.getUint8(13)], full: view.getUint8(14) === 1,
        data: new Uint8Array(data, 15),
      });
    } else if (view.getUint8(0) === 3) {
      this.#emit("speech", { id: view.getUint32(1, true), rate: view.getUint32(5, true), samples: new Int16Array(data.slice(9)) });
    }
  }

  #lost(socket, event) {
    if (socket !== this.#socket) return;
    const wait = this.#delay * (0.75 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 1.8, LIMIT_MS);
    this.#emit("state", { state: "closed", wait, code: event.code, reason: event.reason, was: this.#opened });
    this.#opened = false;
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  #soon() {
    if (this.#socket && this.#socket.readyState === WebSocket.CLOSED) { this.#delay = FIRST_MS; this.connect(); }
  }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
