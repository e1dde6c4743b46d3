"use strict";
(() => {
  const blocks = [...document.querySelectorAll("script.block")];
  const gallery = document.getElementById("gallery");
  const viewer = document.getElementById("viewer");
  const read = (element) => JSON.parse(element.textContent);

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  const count = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

  // The original from where it lies; where the browser cannot show it, the small one.
  function view([path, , pixels, size, form, thumbnail, address]) {
    const image = make("img", { alt: path, src: address });
    image.addEventListener("error", () => { image.src = thumbnail; }, { once: true });
    document.getElementById("viewer-picture").replaceChildren(image);
    document.getElementById("viewer-name").textContent = path;
    document.getElementById("viewer-facts").textContent = `${pixels}, ${size}, ${form}`;
    viewer.showModal();
  }
  viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });

  function image(member, isKept) {
    const [path, distance, pixels, size, form, thumbnail] = member;
    const name = path.split("/").slice(-2).join("/");
    const button = make("button", { type: "button", class: isKept ? "image kept" : "image", title: path },
      make("span", { class: "frame" }, make("img", { src: thumbnail, alt: "", loading: "lazy" })),
      make("span", { class: "name" }, name),
      make("span", { class: "facts" }, `${pixels}, ${size}, ${form}`),
      make("span", { class: "facts" }, isKept ? make("span", { class: "keep" }, "keep")
        : distance ? `${distance} from it` : ""));
    button.addEventListener("click", () => view(member));
    return button;
  }

  function group({ number, n, height, next, chain, members }) {
    const hidden = n - members.length;
    const facts = [count(n, "image")];
    if (height) facts.push(Number(height) ? `together from ${height} on` : "the same to the byte");
    if (next) facts.push(`with others from ${next} on`);
    return make("section", { class: "group", id: `group-${number}` },
      make("h3", {}, `Group ${number}`, make("small", {}, facts.join(" · "))),
      chain ? make("p", { class: "chain" },
        `A chain: ${chain[0]} and ${chain[1]} are ${chain[2]} apart, and only others join them.`) : null,
      make("div", { class: "row" }, ...members.map((member, i) => image(member, i === 0)),
        hidden ? make("span", { class: "more" }, `and ${count(hidden, "more image")}`) : null));
  }

  function miss({ height, sides }) {
    const [[left, a], [right, b]] = sides;
    const others = (n) => (n > 1 ? make("span", { class: "more" }, `and ${count(n - 1, "copy").replace("copys", "copies")}`) : null);
    return make("section", { class: "group" }, make("div", { class: "row" },
      ...[image(a, false), others(left), make("span", { class: "between" }, `↔ ${height}`),
        image(b, false), others(right)].filter(Boolean)));
  }

  function pages(place, shown) {
    const button = (text, target) => {
      const element = make("button", { type: "button" }, text);
      element.disabled = target < 0 || target >= blocks.length;
      element.addEventListener("click", () => {
        show(target);
        document.getElementById("groups-heading").focus();
        document.getElementById("groups").scrollIntoView();
      });
      return element;
    };
    place.replaceChildren(...(blocks.length > 1 ? [button("Previous", shown - 1),
      make("span", {}, `page ${shown + 1} of ${blocks.length}`), button("Next", shown + 1)] : []));
    place.hidden = blocks.length < 2;
  }

  function show(place) {
    gallery.replaceChildren(...read(blocks[place]).map(group));
    for (const id of ["pages-above", "pages-below"]) pages(document.getElementById(id), place);
  }

  if (blocks.length) show(0);
  else for (const id of ["pages-above", "pages-below"]) document.getElementById(id).hidden = true;
  const misses = document.getElementById("misses");
  if (misses) misses.append(...read(document.getElementById("nearly-data")).map(miss));
})();
