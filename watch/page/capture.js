// The capture worklet: whatever the microphone gives becomes 16 kHz mono, 512 samples a frame, signed 16-bit.
//
// Browsers that honour AudioContext({sampleRate: 16000}) resample by themselves; for the others a windowed-sinc
// low-pass and linear picking bring the context's rate down here.

const RATE = 16000;
const FRAME = 512;
const TAPS = 48;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(FRAME);
    this.at = 0;
    this.step = sampleRate / RATE;
    this.place = 0;
    if (this.step !== 1) {
      this.past = new Float32Array(TAPS + 128);
      this.taps = new Float32Array(TAPS);
      const cut = Math.min(0.45 / this.step, 0.5);
      let sum = 0;
      for (let i = 0; i < TAPS; i++) {
        const x = i - (TAPS - 1) / 2;
        const sinc = x === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x);
        this.taps[i] = sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (TAPS - 1)));
        sum += this.taps[i];
      }
      for (let i = 0; i < TAPS; i++) this.taps[i] /= sum;
    }
  }

  process(inputs) {
    const channels = inputs[0];
    if (!channels.length) return true;
    const count = channels[0].length;
    const mono = new Float32Array(count);
    for (const channel of channels) for (let i = 0; i < count; i++) mono[i] += channel[i] / channels.length;
    if (this.step === 1) {
      for (let i = 0; i < count; i++) this.put(mono[i]);
      return true;
    }
    this.past.copyWithin(0, count);
    this.past.set(mono, TAPS);
    while (this.place < count) {
      const whole = Math.floor(this.place);
      let sum = 0;
      for (let i = 0; i < TAPS; i++) sum += this.past[whole + i + 1] * this.taps[i];
      this.put(sum);
      this.place += this.step;
    }
    this.place -= count;
    return true;
  }

  put(sample) {
    this.frame[this.at++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.at < FRAME) return;
    let square = 0;
    for (let i = 0; i < FRAME; i++) square += this.frame[i] * this.frame[i];
    const data = this.frame.buffer;
    this.port.postMessage({ data, level: Math.sqrt(square / FRAME) / 32768 }, [data]);
    this.frame = new Int16Array(FRAME);
    this.at = 0;
  }
}

registerProcessor("capture", Capture);
