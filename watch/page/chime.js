// Chimes made from two sines each: an alarm that insists, a timer that rings, a reminder that taps on the shoulder,
// and the small signs of listening. They stop at once when nothing rings any more.

const TUNES = {
  alarm: { notes: [[880, 0], [880, 0.18], [1174.7, 0.36]], every: 1.4, length: 0.16, gain: 0.22 },
  timer: { notes: [[1318.5, 0], [1046.5, 0.16], [1318.5, 0.32]], every: 1.7, length: 0.22, gain: 0.2 },
  reminder: { notes: [[783.99, 0], [1046.5, 0.2]], every: 4, length: 0.4, gain: 0.14 },
};

export class Chime {
  #timer = 0;
  #kind = "";
  #master = null;

  constructor(context) { this.context = context; }

  ring(kind) {
    if (kind === this.#kind) return;
    this.#kind = kind;
    clearInterval(this.#timer);
    this.#master?.disconnect();
    this.#master = null;
    const tune = TUNES[kind];
    if (!tune) return;
    this.#play(tune);
    this.#timer = setInterval(() => this.#play(tune), tune.every * 1000);
  }

  get ringing() { return this.#kind; }

  #play(tune) {
    const context = this.context();
    context.resume();
    this.#master ??= (() => { const gain = context.createGain(); gain.connect(context.destination); return gain; })();
    for (const [pitch, offset] of tune.notes) {
      const begin = context.currentTime + 0.02 + offset;
      for (const [factor, share] of [[1, 1], [2.01, 0.25]]) {
        const tone = context.createOscillator();
        const gain = context.createGain();
        tone.frequency.value = pitch * factor;
        gain.gain.setValueAtTime(0, begin);
        gain.gain.linearRampToValueAtTime(tune.gain * share, begin + 0.012);
        gain.gain.exponentialRampToValueAtTime(0.0008, begin + tune.length + 0.12);
        tone.connect(gain).connect(this.#master);
        tone.start(begin);
        tone.stop(begin + tune.length + 0.15);
      }
    }
  }
}
