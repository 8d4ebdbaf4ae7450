// <nst-paint>: a photo of the reader's is painted in the browser, by the networks of the kit.
//
// docs/painter.py writes the controls, and a script for each network and each photo of the kit,
// loaded when first needed: nothing is fetched, so that this works from the file system too.

(() => {
  const folder = new URL("paint/", document.currentScript.src);

  // Runs on a thread of its own, and so uses nothing that stands outside of it. The network is that
  // of nst_helpers/fast/network.py, its file that of nst_helpers/fast/files.py. Values of a picture
  // lie as in NumPy: row by row, and all channels of a position beside each other.
  function painter() {
    const EPSILON = 1e-5, DILATIONS = [1, 2, 4, 2], TYPES = { I8: Int8Array, F32: Float32Array };
    let arrays, shares, done, all; // the file's; the paintings'; convolutions, so far and in all

    const read = (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const begin = 8 + new DataView(bytes.buffer).getUint32(0, true);
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, begin)));
      delete header.__metadata__;
      for (const array of Object.values(header)) {
        const [first, end] = array.data_offsets.map((place) => begin + place);
        array.values = new TYPES[array.dtype](bytes.buffer.slice(first, end));
      }
      return header;
    };

    // Which rows or columns are read: each one `times` times, and a margin that mirrors them.
    const places = (length, times, margin) =>
      Array.from({ length: length * times + 2 * margin }, (_, place) => {
        const at = Math.abs(place - margin);
        return Math.floor(Math.min(at, 2 * (length * times - 1) - at) / times);
      });

    // The innermost loop goes over the channels out, which lie side by side in the kernel.
    const convolved = (input, name, { stride = 1, times = 1, dilation = 1 } = {}) => {
      const { shape: [side, , inputs, channels], values: rounded } = arrays[`${name}/kernel`];
      const steps = arrays[`${name}/step`].values, margin = (side >> 1) * dilation;
      const kernel = Float32Array.from(rounded, (value, at) => value * steps[at % channels]);
      const [rows, columns] = [input.height, input.width].map((n) => places(n, times, margin));
      const [height, width] = [rows, columns].map((at) => Math.ceil((at.length - 2 * margin) / stride));
      const given = input.values, values = new Float32Array(height * width * channels);
      for (let y = 0, to = 0; y < height; y++) {
        for (let x = 0; x < width; x++, to += channels) {
          for (let place = 0, k = 0; place < side * side; place++) {
            const row = rows[y * stride + Math.floor(place / side) * dilation];
            const from = (row * input.width + columns[x * stride + place % side * dilation]) * inputs;
            for (let i = from; i < from + inputs; i++, k += channels) {
              const value = given[i];
              if (value === 0) continue; // as is about half of what relu returns
              for (let c = 0; c < channels; c++) values[to + c] += value * kernel[k + c];
            }
          }
        }
      }
      for (let c = 0; c < channels; c++) normalize(values, c, channels, name);
      postMessage({ done: ++done / all });
      return { height, width, values };
    };

    // One channel, in place. A painting's scale and shift count by its share.
    const normalize = (values, first, channels, name) => {
      const [scale, shift] = ["scale", "shift"].map((part) => shares.reduce((sum, [n, share]) =>
        sum + share * arrays[`${name}/${part}`].values[n * channels + first], 0));
      const { length } = values, count = length / channels;
      let mean = 0, variance = 0;
      for (let i = first; i < length; i += channels) mean += values[i] / count;
      for (let i = first; i < length; i += channels) variance += (values[i] - mean) ** 2 / count;
      const factor = scale / Math.sqrt(variance + EPSILON);
      for (let i = first; i < length; i += channels) {
        values[i] = (values[i] - mean) * factor + shift;
      }
    };

    const relu = (picture) => ({ ...picture, values: picture.values.map((v) => Math.max(v, 0)) });

    const inOnePass = (photo) => {
      let picture = relu(convolved(photo, "first"));
      picture = relu(convolved(picture, "half", { stride: 2 }));
      picture = relu(convolved(picture, "quarter", { stride: 2 }));
      for (let n = 1; arrays[`residual${n}a/kernel`]; n++) {
        const reach = { dilation: DILATIONS[n - 1] }, inner = convolved(picture, `residual${n}a`, reach);
        const { values } = convolved(relu(inner), `residual${n}b`, reach);
        picture = { ...picture, values: values.map((value, i) => value + picture.values[i]) };
      }
      picture = relu(convolved(picture, "twice", { times: 2 }));
      picture = relu(convolved(picture, "full", { times: 2 }));
      return convolved(picture, "last");
    };

    // photo: as ImageData, which has red, green, blue and opacity of each pixel.
    onmessage = ({ data: { file, photo, ...rest } }) => {
      [arrays, shares, done] = [read(file), rest.shares, 0];
      all = Object.keys(arrays).filter((name) => name.endsWith("/kernel")).length;
      const { data, height, width } = photo;
      const values = Float32Array.from(data.filter((_, i) => i % 4 < 3), (value) => value / 255);
      const painted = inOnePass({ height, width, values }); // which may be up to 3 px larger
      for (let i = 0; i < height * width; i++) {
        const from = 3 * (Math.floor(i / width) * painted.width + (i % width));
        const colors = painted.values.subarray(from, from + 3);
        data.set(colors.map((value) => 255 / (1 + Math.exp(-value))), 4 * i);
      }
      postMessage({ done: 1, picture: photo });
    };
  }

  const source = URL.createObjectURL(new Blob([`(${painter})()`], { type: "text/javascript" }));

  // What the script of this name holds; nothing without a connection, which may come back.
  const held = {};
  const load = (name) => (held[name] ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = new URL(`${name}.js`, folder);
    script.onload = () => resolve(window.nstPaint[name]);
    script.onerror = () => { delete held[name]; resolve(); };
    document.head.append(script);
  }));

  customElements.define("nst-paint", class extends HTMLElement {
    connectedCallback() {
      for (const part of this.querySelectorAll("[data-part]")) this[part.dataset.part] = part;
      for (const button of this.querySelectorAll("button")) {
        button.onclick = () => this.open(load(button.value), button.value);
        load(button.value); // with the page, which then needs no connection any more
      }
      const take = ([file]) => file && this.open(URL.createObjectURL(file), file.name);
      this.file.onchange = () => take(this.file.files);
      this.file.onclick = () => (this.file.value = ""); // so that the same file can be chosen again
      this.settings.onchange = () => this.paint();
      addEventListener("paste", (event) => take(event.clipboardData.files));
      addEventListener("dragover", (event) => event.preventDefault()); // or nothing can be dropped
      addEventListener("drop", (event) => {
        event.preventDefault(); // or the browser leaves the page for the file
        take(event.dataTransfer.files);
      });
      load(this.choice().network);
    }

    // A photo, by its address. Of several that are being opened, the last one counts.
    async open(address, name) {
      const image = (this.latest = new Image());
      const source = await address;
      if (image !== this.latest) return;
      if (!source) return this.end("unloaded");
      image.src = source;
      const readable = await image.decode().then(() => true, () => false);
      if (image !== this.latest) return;
      const short = Math.min(image.width, image.height), long = Math.max(image.width, image.height);
      if (!readable) this.end("unreadable");
      else if (short < 32 || long > 8 * short) this.end("small");
      else this.paint(Object.assign(this, { image, name }));
    }

    // The network, and of each of the two paintings its place there and its share.
    choice() {
      const { painting, second, mix } = this.settings.elements;
      const [network, first] = painting.value.split(" ");
      const others = this.querySelectorAll(`[name=painting][value^="${network} "]:not(:checked)`);
      second.replaceChildren(...[...others].map(({ value, labels: [label] }) =>
        new Option(label.innerText, value, false, value === second.value)));
      this.mixture.hidden = !others.length;
      this.mixed.textContent = `${mix.value}%`;
      const [, other] = (second.value || painting.value).split(" "), share = mix.value / 100;
      return { network, shares: [[first, 1 - share], [other, share]] };
    }

    paint() {
      const { network, shares } = this.choice(), { image, name } = this, begun = performance.now();
      if (!image) return;
      const sides = [image.width, image.height], most = this.settings.elements.side.value;
      const scale = Math.min(1, most / Math.max(...sides));
      const [width, height] = sides.map((side) => Math.round(side * scale));
      const [below, above] = [this.photo, this.painted].map((canvas) =>
        Object.assign(canvas, { width, height }).getContext("2d", { willReadFrequently: true }));
      Object.assign(below, { fillStyle: "white", imageSmoothingQuality: "high" });
      below.fillRect(0, 0, width, height); // what is transparent becomes white
      below.drawImage(image, 0, 0, width, height);
      const photo = below.getImageData(0, 0, width, height);
      above.putImageData(photo, 0, 0); // until it is painted

      this.end("busy");
      this.save.removeAttribute("href");
      const worker = (this.worker = new Worker(source));
      worker.onerror = () => this.end("failed");
      worker.onmessage = ({ data: { done, picture } }) => {
        this.progress.value = done;
        this.percent.textContent = `${Math.round(100 * done)}%`;
        if (!picture) return;
        above.putImageData(picture, 0, 0);
        this.save.href = this.painted.toDataURL();
        this.save.download = `${name.replace(/\.\w+$/, "")}_painted.png`;
        const seconds = ((performance.now() - begun) / 1000).toFixed(1);
        this.end("done", `Painted at ${width} × ${height} px in ${seconds} seconds.`);
      };
      worker.onmessage({ data: { done: 0 } });
      load(network).then((file) => {
        if (file) worker.postMessage({ file, shares, photo });
        else if (worker === this.worker) this.end("unloaded");
      });
    }

    // Ends what is being painted. The page has the words of each state; CSS shows the bar by it.
    end(state, words = this.status.dataset[state]) {
      this.worker?.terminate();
      this.dataset.state = state;
      this.status.textContent = words;
    }
  });
})();
