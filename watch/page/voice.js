// The voice: the browser's own where it has one, else sound made by the device. Silence comes first: a hush stops
// whatever is being said at once, and later words replace earlier ones.

export class Voice {
  #source = null;
  #context = null;
  #id = -1;
  #active = false;

  constructor(link) {
    this.link = link;
    this.words = "";
    link.addEventListener("page.say", (event) => this.say(event.detail));
    link.addEventListener("speech", (event) => this.#play(event.detail));
    link.addEventListener("agent.hush", () => this.hush());
    link.addEventListener("voice.speech-started", () => this.hush());
    globalThis.speechSynthesis?.getVoices();
  }

  get context() { return (this.#context ??= new AudioContext()); }
  get speaking() { return this.#active; }

  say({ id, text, aloud }) {
    this.hush();
    if (!aloud) return;
    this.#id = id;
    this.words = text;
    const voice = this.#choose();
    if (!voice) { this.link.say("synthesise", { id }); return; }
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.onstart = () => { if (id === this.#id) this.#report(true); };
    utterance.onend = () => { if (id === this.#id) this.#report(false); };
    utterance.onerror = () => { if (id === this.#id) this.#report(false); };
    speechSynthesis.speak(utterance);
  }

  hush() {
    this.#id = -1;
    globalThis.speechSynthesis?.cancel();
    this.#source?.stop();
    this.#source = null;
    this.#report(false);
  }

  // A local English voice if there is one: words must not leave the machine, so remote voices are never used.
  #choose() {
    const voices = (globalThis.speechSynthesis?.getVoices() ?? []).filter((voice) => voice.localService);
    return voices.find((voice) => voice.lang.startsWith("en") && voice.default) ?? voices.find((voice) => voice.lang.startsWith("en"));
  }

  #play({ id, rate, samples }) {
    if (id !== this.#id || samples.length === 0) return;
    const buffer = this.context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => { if (source === this.#source) { this.#source = null; this.#report(false); } };
    this.#source = source;
    this.context.resume();
    source.start();
    this.#report(true);
  }

  #report(active) {
    if (active === this.#active) return;
    this.#active = active;
    this.link.say("spoken", { active, text: active ? this.words.slice(0, 2000) : "" });
  }
}
