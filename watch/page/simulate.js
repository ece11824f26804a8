// What a real watch would measure, or be told: readings for the simulated sensors, and notifications.

export class Simulate {
  constructor(root, link) {
    const sense = root.querySelector("#sense"), notice = root.querySelector("#notice");
    sense.addEventListener("submit", (event) => {
      event.preventDefault();
      const { metric, value } = Object.fromEntries(new FormData(sense));
      link.say("sense", { metric, value: value === "" ? null : Number(value) });
    });
    notice.addEventListener("submit", (event) => {
      event.preventDefault();
      if (link.say("notice", Object.fromEntries(new FormData(notice)))) notice.reset();
    });
    link.addEventListener("skills.sensed", ({ detail }) => {
      root.querySelector("#sensed").textContent = `${detail.metric.replace("_", " ")}: ${detail.value}`;
    });
  }
}
