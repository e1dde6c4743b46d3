"use strict";
// What every page has: elements, tables that are sorted, and a larger view of any picture.
const page = (() => {
  // Every text goes in as text: names of files and photographs are never parsed as HTML.
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined) continue;
      if (name in element && typeof value !== "string") element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const count = (n, singular, plural = `${singular}s`) =>
    `${n.toLocaleString("en")} ${n === 1 ? singular : plural}`;

  // ---- Tables: sorted by a click on a heading, all blocks together --------------------------

  const lastRow = (table) => table.tHead.rows[table.tHead.rows.length - 1];

  function compare(a, b) {
    const [x, y] = [Number(a), Number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return a.localeCompare(b);
  }

  function sortBy(table, column) {
    const headings = [...lastRow(table).cells];
    const heading = headings[column];
    const first = heading.classList.contains("figure") ? "descending" : "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? second : first;
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => row.cells[column].dataset.value;
    const rows = [...table.querySelectorAll("tbody tr:not(.block)")].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      // What is empty comes last in either order.
      if (x === "" || y === "") return (x === "") - (y === "");
      return sign * compare(x, y);
    });
    table.querySelectorAll("tr.block").forEach((row) => row.remove());
    table.tBodies[0].append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...lastRow(table).cells].forEach((heading, column) => {
      const button = make("button", { type: "button" }, ...heading.childNodes);
      button.addEventListener("click", () => sortBy(table, column));
      heading.append(button);
    });
  }

  // ---- A larger view: as large as fits, or as large as the picture is ----------------------

  const viewer = document.getElementById("viewer");
  const frame = document.getElementById("viewer-picture");
  const size = document.getElementById("viewer-size");
  // Drawings have no size of their own; figures are made for a page this wide.
  const PAGE = 1600;

  function resize(full) {
    frame.classList.toggle("full", full);
    size.textContent = full ? "Fit to window" : "Full size";
    if (full) frame.setAttribute("tabindex", "0");
    else frame.removeAttribute("tabindex");
  }

  // `picture`: its address, what it shows, and how wide it is; none where there is no picture.
  function view(picture, name, lines) {
    const image = picture && make("img", { src: picture.src, alt: picture.alt });
    if (picture && picture.width) image.width = picture.width;
    frame.replaceChildren(...(image ? [image] : []));
    document.getElementById("viewer-text").replaceChildren(
      make("p", { id: "viewer-name" }, name),
      ...lines.filter(Boolean).map((line) => make("p", {}, line)));
    const isLarge = Boolean(picture && picture.width > window.innerWidth - 64);
    size.hidden = !isLarge;
    // Where fitting would show no more than the page does, it opens large.
    resize(isLarge && window.innerWidth < PAGE / 2);
    viewer.showModal();
  }

  size.addEventListener("click", () => resize(!frame.classList.contains("full")));
  viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });

  // The address of what a thumbnail shows stands in the style sheet, once for all of them.
  function addressOf(thumbnail) {
    const shown = thumbnail.querySelector(".picture");
    if (!shown) return null;
    const src = getComputedStyle(shown).backgroundImage.slice(5, -2);
    return { src, alt: shown.getAttribute("aria-label") };
  }

  document.addEventListener("click", (event) => {
    const zoom = event.target.closest(".zoom");
    if (zoom) {
      const image = zoom.querySelector("img");
      const figure = zoom.closest("figure");
      const caption = figure ? [...figure.querySelectorAll("figcaption p")] : [];
      const isDrawing = image.src.startsWith("data:image/svg");
      const width = isDrawing ? PAGE : Number(image.getAttribute("width"));
      const [name, ...lines] = caption.length ? caption.map((p) => p.textContent) : [image.alt];
      view({ src: image.src, alt: image.alt, width }, name, lines);
    }
    const thumbnail = event.target.closest(".card .thumbnail");
    if (thumbnail) view(addressOf(thumbnail), thumbnail.title, []);
  });

  document.documentElement.classList.add("scripted");
  return { make, count, view, addressOf };
})();
