// What is dropped on the page, pasted into it or chosen goes to whoever knows such things: pictures to the eyes, recordings
// of motion to the hands, everything else is taken for a watch face.

export class Drop {
  constructor({ faces, pictures, hands, problem }) {
    Object.assign(this, { faces, pictures, hands, problem });
    addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
    addEventListener("drop", (event) => this.#drop(event));
    addEventListener("paste", (event) => this.#paste(event));
  }

  async take(file) {
    this.problem("");
    try {
      if (file.type.startsWith("image/") && file.type !== "image/svg+xml") await this.pictures.bring(file);
      else if (/\.csv$/i.test(file.name)) await this.hands.play(file);
      else await this.faces.bring(file.name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      this.problem(error.message);
    }
  }

  #drop(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const entry = event.dataTransfer.items[0]?.webkitGetAsEntry?.();
    const file = event.dataTransfer.files[0];
    if (entry?.isDirectory) this.faces.folder(entry).catch((error) => this.problem(error.message));
    else if (file) this.take(file);
  }

  #paste(event) {
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    this.take(file);
  }
}
