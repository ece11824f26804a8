// Pictures for the watch: dropped, pasted, chosen or taken with the camera. For a minute "this" means the last one.

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_SIDE = 3200;
const IN_VIEW_MS = 60000;

export class Pictures extends EventTarget {
  #timer = 0;

  constructor(root, link, parcel) {
    super();
    this.box = root.querySelector("#picture");
    this.thumb = root.querySelector("#picture-thumb");
    this.words = root.querySelector("#picture-words");
    this.parcel = parcel;
    root.querySelector("#picture-close").addEventListener("click", () => this.#hide());
    link.addEventListener("image.seen", ({ detail }) => this.#seen(detail));
    link.addEventListener("page.problem", ({ detail }) => { if (detail.about === "picture") this.#hide(); });
  }

  async bring(file) {
    let data = file;
    const bitmap = await createImageBitmap(file).catch(() => { throw new Error(`${file.name || "This"} is not a picture that this browser can read.`); });
    // A large photograph is made smaller here: the watch reads text and codes at this size.
    if (file.size > MOST_BYTES || Math.max(bitmap.width, bitmap.height) > MOST_SIDE) {
      const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
      const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      data = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    }
    this.#preview(bitmap);
    bitmap.close();
    this.parcel.send("bring-picture", file.name || "picture", new Uint8Array(await data.arrayBuffer()));
  }

  #preview(bitmap) {
    const side = 96, scale = Math.max(side / bitmap.width, side / bitmap.height);
    this.thumb.width = this.thumb.height = side;
    this.thumb.getContext("2d").drawImage(bitmap, (side - bitmap.width * scale) / 2, (side - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
    this.words.textContent = "Looking…";
    this.box.hidden = false;
    clearTimeout(this.#timer);
  }

  #seen({ text = [], codes = [], palette = [], labels = [], description = "" }) {
    const shown = description || labels.slice(0, 1).map((each) => each.label).join("");
    const read = [...codes.map((code) => code.text), ...text.map((line) => line.text), ...(shown ? [shown] : [])].join(" · ");
    this.words.textContent = read.slice(0, 160) || `No text. ${[...new Set(palette.slice(0, 3).map((colour) => colour.name))].join(", ")}`;
    this.box.hidden = false;
    this.#timer = setTimeout(() => this.#hide(), IN_VIEW_MS);
    this.dispatchEvent(new CustomEvent("seen"));
  }

  #hide() { clearTimeout(this.#timer); this.box.hidden = true; }
}
