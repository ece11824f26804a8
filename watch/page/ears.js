// The microphone: opened when it is needed, closed when it is not, and honest about why it is missing.
//
// Order matters: the device opens its stream first and says so; only then is audio captured, so that not a syllable
// falls between the two. In push-to-talk the microphone is let go after a quiet while.

const LINGER_MS = 25000;

const REMEDIES = {
  NotAllowedError: "The browser may not use the microphone: allow it in the address bar's site settings, then try again.",
  NotFoundError: "No microphone is connected: plug one in, or type your request.",
  NotReadableError: "The microphone is in use by another program: close it there, then try again.",
  SecurityError: "The browser allows microphones only on 127.0.0.1 or HTTPS: open the watch's own link.",
};

export class Ears extends EventTarget {
  #context = null;
  #media = null;
  #node = null;
  #seq = 0;
  #opening = null;
  #linger = 0;
  #heard = null;

  constructor(link) {
    super();
    this.link = link;
    this.mode = "push";
    this.stream = null;
    this.down = false;
    link.addEventListener("page.listening", (event) => { this.stream = event.detail.stream; this.#heard?.(true); });
    link.addEventListener("page.stream-lost", () => this.#lost());
    link.addEventListener("state", (event) => { if (event.detail.state === "closed") this.#lost(); });
    link.addEventListener("page.hello", () => { if (this.handsFree) this.#ensure("wake"); });
  }

  get handsFree() { return this.mode === "wake"; }
  get live() { return this.#media !== null && this.stream !== null; }

  // The talk button goes down. Resolves when the device listens, false if it cannot.
  async press() {
    if (this.down) return true;
    this.down = true;
    this.#emit();
    clearTimeout(this.#linger);
    const ready = await this.#ensure(this.mode);
    if (!ready) { this.down = false; this.#emit(); return false; }
    this.link.say("talk", { down: true });
    if (!this.down) this.link.say("talk", { down: false }); // let go while it opened: a tap
    return true;
  }

  release() {
    if (!this.down) return;
    this.down = false;
    if (this.live) this.link.say("talk", { down: false });
    this.#emit();
    if (!this.handsFree) this.#linger = setTimeout(() => this.close(), LINGER_MS);
  }

  async setHandsFree(on) {
    this.mode = on ? "wake" : "push";
    clearTimeout(this.#linger);
    if (on) return this.#ensure("wake");
    this.close();
    return true;
  }

  close() {
    if (this.stream !== null) this.link.say("unlisten");
    this.#lost();
    this.#media?.getTracks().forEach((track) => track.stop());
    this.#node?.disconnect();
    this.#context?.close();
    this.#media = this.#node = this.#context = null;
    this.#emit(0);
  }

  #lost() {
    const again = this.handsFree && this.stream !== null && this.link.open;
    this.stream = null;
    this.#heard?.(false);
    if (again) setTimeout(() => this.#ensure("wake"), 500);
  }

  #ensure(mode) {
    this.#opening ??= this.#open(mode).finally(() => { this.#opening = null; });
    return this.#opening;
  }

  async #open(mode) {
    if (!navigator.mediaDevices?.getUserMedia) { this.#problem(REMEDIES.SecurityError); return false; }
    try {
      if (this.stream === null || this.open !== mode) {
        if (!await this.#ask(mode)) { this.#problem("The device did not open a stream for the microphone; try again."); return false; }
        this.open = mode;
      }
      if (this.#media === null) await this.#capture();
      return true;
    } catch (error) {
      this.#problem(REMEDIES[error.name] ?? `The microphone cannot be used: ${error.message}`);
      this.close();
      return false;
    }
  }

  #ask(mode) {
    this.stream = null;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#heard?.(false), 16000);
      this.#heard = (ok) => { clearTimeout(timer); this.#heard = null; resolve(ok); };
      if (!this.link.say("listen", { mode })) this.#heard(false);
    });
  }

  async #capture() {
    const media = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true },
    });
    let context = new AudioContext({ sampleRate: 16000, latencyHint: "interactive" });
    let source;
    try {
      source = context.createMediaStreamSource(media);
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      await context.close();
      context = new AudioContext({ latencyHint: "interactive" });
      source = context.createMediaStreamSource(media);
    }
    await context.audioWorklet.addModule("/capture.js");
    const node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
    this.#seq = 0;
    node.port.onmessage = ({ data }) => {
      if (this.stream !== null) this.link.audio(this.#seq++, data.data);
      this.#emit(data.level);
    };
    source.connect(node);
    await context.resume();
    media.getAudioTracks()[0].addEventListener("ended", () => { this.#problem("The microphone was unplugged."); this.close(); });
    this.#context = context;
    this.#media = media;
    this.#node = node;
  }

  #problem(text) { this.dispatchEvent(new CustomEvent("problem", { detail: { text } })); }
  #emit(level) { this.dispatchEvent(new CustomEvent("change", { detail: { level } })); }
}
