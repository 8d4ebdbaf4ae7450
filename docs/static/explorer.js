// <nst-explorer name="...">: sliders over pictures that were painted beforehand.
//
// The page loads explorers/NAME.js before it, which docs/build.py writes from the package's frames:
// no request is made for data, so that the site also works from the file system.

(() => {
  const folder = new URL("explorers/", document.currentScript.src);
  let count = 0; // of explorers on the page, for ids

  const make = (tag, attributes = {}, text = "") => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  };

  class Explorer extends HTMLElement {
    connectedCallback() {
      if (this.image) return;
      this.data = window.nstExplorers[this.getAttribute("name")];
      this.id ||= `explorer-${++count}`;
      const { axes, subject } = this.data;

      this.setAttribute("role", "group");
      this.setAttribute("aria-label", `Explorer: ${subject}`);
      this.sliders = axes.map((axis, number) => this.slider(axis, number));
      this.image = make("img", { decoding: "sync" });
      this.numbers = make("p", { class: "numbers" });
      this.live = make("p", { class: "visually-hidden", role: "status" });
      this.curve = make("div", { class: "curve" });

      const controls = make("div", { class: "controls" });
      controls.append(...this.sliders.map(({ row }) => row));
      this.replaceChildren(controls, this.image, this.numbers, this.live);
      if (this.data.curves) this.append(this.curve);
      this.follow();
      addEventListener("hashchange", () => this.follow());
      this.addEventListener("pointerenter", () => this.load(), { once: true });
      this.addEventListener("focusin", () => this.load(), { once: true });
    }

    // One of a few, as buttons: it has a `value` and an `input` event as a slider has.
    choice(axis, number) {
      const row = make("fieldset", { class: "choice" });
      row.append(make("legend", { class: "visually-hidden" }, axis.label));
      const buttons = axis.options.map((option, place) => {
        const id = `${this.id}-${number}-${place}`;
        const button = make("input", { id, type: "radio", name: `${this.id}-${number}`, value: place });
        row.append(button, make("label", { for: id }, option));
        return button;
      });
      buttons[axis.first].checked = true;
      const input = make("input", { hidden: "" });
      Object.defineProperty(input, "value", {
        get: () => buttons.find((button) => button.checked).value,
        set: (place) => (buttons[Math.min(Math.max(place, 0), buttons.length - 1)].checked = true),
      });
      row.addEventListener("input", () => this.show(true));
      return { row, input, output: make("span"), axis };
    }

    slider(axis, number) {
      if (axis.choices) return this.choice(axis, number);
      const id = `${this.id}-${number}`;
      const row = make("div", { class: "slider" });
      const input = make("input", {
        id, type: "range", min: 0, max: axis.options.length - 1, step: 1, value: axis.first,
      });
      const output = make("span", { class: "option", "aria-hidden": "true" }); // aria-valuetext says it
      input.addEventListener("input", () => this.show(true));
      row.append(make("label", { for: id }, axis.label), input, output);
      return { row, input, output, axis };
    }

    // The position of the frame for the sliders' places: the last axis counts fastest.
    get at() {
      return this.sliders.reduce(
        (sum, { input, axis }) => sum * axis.options.length + Number(input.value), 0);
    }

    // The page's address ends in the sliders' places, as in #weights=2,1, so that it can be sent.
    follow() {
      const [name, places = ""] = location.hash.slice(1).split("=");
      if (name === this.getAttribute("name")) {
        places.split(",").slice(0, this.sliders.length)
          .forEach((place, number) => (this.sliders[number].input.value = place));
        this.scrollIntoView({ block: "center" });
      }
      this.show();
    }

    source(frame) {
      return new URL(`${this.getAttribute("name")}/${frame.file}`, folder).href;
    }

    show(moved = false) {
      const { frames, curves, subject } = this.data;
      const frame = frames[this.at];
      const places = this.sliders.map(({ input, output, axis }) => {
        const option = axis.options[Number(input.value)];
        input.setAttribute("aria-valuetext", option);
        output.textContent = option;
        return `${axis.label}: ${option}`;
      });
      this.image.src = this.source(frame);
      const [width, height] = frame.size ?? this.data.size;
      Object.assign(this.image, { width, height });
      this.image.alt = `${subject}. ${places.join(", ")}.`;
      this.numbers.textContent = frame.words;
      if (curves) this.draw(curves, frame.point);
      if (!moved) return;
      const here = this.sliders.map(({ input }) => input.value);
      history.replaceState(null, "", `#${this.getAttribute("name")}=${here}`);
      clearTimeout(this.timer); // a screen reader hears where the slider came to rest
      this.timer = setTimeout(() => (this.live.textContent = frame.words), 500);
    }

    draw(curves, [x, y]) {
      const run = Number(this.sliders[0].input.value);
      if (this.drawn !== run) this.curve.innerHTML = curves[run];
      this.drawn = run;
      const point = this.curve.querySelector("circle");
      point.setAttribute("cx", x);
      point.setAttribute("cy", y);
    }

    // All frames, as soon as somebody reaches for the sliders: then each move is shown at once.
    load() {
      this.loaded = this.data.frames.map((frame) => {
        const image = new Image();
        image.src = this.source(frame);
        return image;
      });
    }
  }

  const define = () => customElements.define("nst-explorer", Explorer);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", define);
  else define();
})();
