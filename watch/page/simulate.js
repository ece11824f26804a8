// What a real watch would measure, or be told: readings for the simulated sensors, the clock, a place, notifications.

export class Simulate {
  constructor(root, link) {
    const form = (id) => root.querySelector(`#${id}`);
    const sense = form("sense"), notice = form("notice"), clock = form("clock"), place = form("place");
    this.shown = form("clocked");
    sense.addEventListener("submit", (event) => {
      event.preventDefault();
      const { metric, value } = Object.fromEntries(new FormData(sense));
      link.say("sense", { metric, value: value === "" ? null : Number(value) });
    });
    notice.addEventListener("submit", (event) => {
      event.preventDefault();
      if (link.say("notice", Object.fromEntries(new FormData(notice)))) notice.reset();
    });
    clock.addEventListener("submit", (event) => {
      event.preventDefault();
      const { at, rate } = Object.fromEntries(new FormData(clock));
      link.say("clock", { to: at ? new Date(at).getTime() / 1000 : null, rate: Number(rate) });
    });
    form("clock-now").addEventListener("click", () => {
      clock.reset();
      link.say("clock", { follow: true, rate: 1 });
    });
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      link.say("location", Object.fromEntries(new FormData(place)));
    });
    link.addEventListener("skills.sensed", ({ detail }) => {
      form("sensed").textContent = `${detail.metric.replace("_", " ")}: ${detail.value}`;
    });
    link.addEventListener("skills.invoked", ({ detail }) => { form("sensed").textContent = detail.speech; });
    link.addEventListener("kernel.clock-now", ({ detail }) => this.clock(detail));
  }

  // The page counts on from what it was told, as the watch does.
  clock({ wall, rate, follows }) {
    clearInterval(this.ticking);
    const since = performance.now();
    const tick = () => {
      const now = new Date((wall + ((performance.now() - since) / 1000) * rate) * 1000);
      this.shown.textContent = `${now.toLocaleString()}${rate === 1 ? "" : `, ${rate} times as fast`}`;
    };
    this.shown.textContent = "as this machine's clock";
    if (follows) return;
    tick();
    this.ticking = setInterval(tick, 1000);
  }
}
