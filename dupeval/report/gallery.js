// The groups of a method in a query, made from the data of the page.
(() => {
  const { make, count, view, addressOf } = page;
  const data = JSON.parse(document.getElementById("data").textContent);

  // ---- What is shown: #/PROTOCOL/METHOD/QUERY ---------------------------------------------

  const address = (...names) => `#/${names.map(encodeURIComponent).join("/")}`;
  const named = (items, encoded) => items.find(({ name }) => encodeURIComponent(name) === encoded);

  function worstQuery(method) {
    let worst = null;
    method.queries.forEach((scores, place) => {
      if (scores && (worst === null || Number(scores.f1) < Number(method.queries[worst].f1))) {
        worst = place;
      }
    });
    return worst;
  }

  function chosen() {
    const [protocolName, methodName, slug] = location.hash.startsWith("#/")
      ? location.hash.slice(2).split("/") : [];
    const protocol = named(data.protocols, protocolName) || data.protocols[0];
    const method = named(protocol.methods, methodName) || protocol.methods[0] || null;
    if (method === null) return { protocol, method, place: 0 };
    const wanted = data.queries.findIndex((query) => encodeURIComponent(query.slug) === slug);
    const place = wanted >= 0 && method.queries[wanted] ? wanted : worstQuery(method);
    return { protocol, method, place };
  }

  // ---- Galleries ---------------------------------------------------------------------------

  const gallery = document.getElementById("gallery");
  const A_PAGE = 40;

  function badge(query, photograph) {
    const [mark, name, copies, colour] = query.photographs[photograph];
    const known = mark ? `photograph ${mark}: ${name}, ${copies} images` : `${name}, one image`;
    const title = copies ? known : "unlabelled";
    const text = mark || (copies ? "1×" : "?");
    return make("span", { class: `badge ${mark ? `c${colour}` : "once"}`, title }, text);
  }

  function describe(query, place) {
    const [name, photograph, edit] = query.images[place];
    const [mark, of, copies] = query.photographs[photograph];
    const shown = copies ? `photograph ${mark ? `${mark} ` : ""}${of}` : "unlabelled";
    return `${name}, ${shown}${edit ? `, ${edit}` : ""}`;
  }

  function thumbnail(query, place) {
    const [name, photograph, edit, picture] = query.images[place];
    const alt = describe(query, place);
    const shown = picture === null ? make("span", { class: "nameless" }, name)
      : make("span", { class: `picture p${picture}`, role: "img", "aria-label": alt });
    const inside = [badge(query, photograph), shown];
    const button = make("button", {
      type: "button",
      class: "thumbnail",
      title: alt,
      // Nobody knows of two unlabelled images that they are copies.
      "data-photograph": query.photographs[photograph][2] ? String(photograph) : `of ${place}`,
    }, ...inside);
    button.addEventListener("click", () => {
      const of = query.photographs[photograph];
      view(addressOf(button), name, [
        of[2] ? `Photograph ${of[0]} ${of[1]}`.replace("  ", " ") : "unlabelled",
        of[2] > 1 ? `${of[2]} images of this query show it` : null,
        of[2] === 1 ? "no other image shows it" : null,
        edit ? `edit ${edit}` : null,
      ]);
    });
    return button;
  }

  // Groups of two and more are numbered in the order in which they are shown.
  function numbered(groups) {
    let number = 0;
    return groups.map(([n, wrong, parts]) => (
      { n, wrong, parts, number: n > 1 ? (number += 1) : null }));
  }

  function jump(number) {
    const button = make("button", { type: "button", class: "jump" }, `group ${number}`);
    button.addEventListener("click", () => {
      const target = document.getElementById(`group-${number}`);
      target.scrollIntoView({ block: "nearest" });
      target.focus();
    });
    return button;
  }

  // Where else a photograph is: "A also in group 2 and alone".
  function elsewhere(query, groups, here, photograph) {
    const [mark, , copies] = query.photographs[photograph];
    const others = groups.filter((group) => (
      group !== here && group.parts.some(([of]) => of === photograph)));
    const of = here.parts.find((values) => values[0] === photograph);
    if (!copies || of[1] === copies) return null;
    const alone = others.filter((group) => group.number === null).length;
    const places = others.filter((group) => group.number !== null).map(({ number }) => jump(number));
    if (alone) places.push(alone === 1 ? "alone" : `alone ${alone} times`);
    return make("p", { class: "elsewhere missed" }, `${mark} also `,
      ...places.flatMap((place, i) => [i ? ", " : "", typeof place === "string" ? "" : "in ", place]));
  }

  function part(query, [photograph, n, images], sign, below) {
    const hidden = n - images.length;
    return make("div", { class: "part" },
      sign,
      make("div", {},
        make("div", { class: "row" }, ...images.map((place) => thumbnail(query, place)),
          hidden ? make("span", { class: "more" }, `+ ${hidden} more`) : null),
        below));
  }

  function box(query, groups, group) {
    const { n, wrong, parts, number } = group;
    const below = parts.map(([photograph]) => elsewhere(query, groups, group, photograph));
    const missed = below.some(Boolean);
    const unequal = () => make("span", { class: "sign wrong", title: "another photograph" }, "≠");
    const labelled = parts.filter(([photograph]) => query.photographs[photograph][2]);
    const inside = parts.map((values, i) => (
      part(query, values, i && labelled.includes(values) ? unequal() : null, below[i])));
    const hidden = n - parts.reduce((sum, values) => sum + values[1], 0);
    if (hidden) inside.push(make("span", { class: "more" }, `+ ${count(hidden, "other image")}`));
    const right = !wrong && !missed && labelled.reduce((sum, values) => sum + values[1], 0) > 1;
    return make("section", {
      class: `group ${wrong ? "has-wrong" : missed ? "has-missed" : right ? "is-right" : ""}`,
      id: `group-${number}`,
      tabIndex: -1,
    },
    make("h5", {}, `Group ${number}`, make("small", {}, count(n, "image")),
      wrong ? make("span", { class: "wrong" }, count(wrong, "wrong pair")) : null,
      missed ? make("span", { class: "missed" }, "copies elsewhere") : null,
      right ? make("span", { class: "right" }, "right") : null),
    make("div", { class: "parts" }, ...inside));
  }

  function leftAlone(query, groups, isWanted, state, heading) {
    const images = groups.filter(({ number }) => number === null).map(({ parts }) => parts[0])
      .filter(([photograph]) => isWanted(query.photographs[photograph][2]));
    if (!images.length) return null;
    return make("section", { class: `group alone ${state}` },
      make("h5", {}, heading, make("small", {}, count(images.length, "image"))),
      make("div", { class: "row" }, ...images.map(([, , [place]]) => thumbnail(query, place))));
  }

  function tornApart(query, groups, [photograph, missed, parts]) {
    const [, name, copies] = photograph === null ? ["", "by verdicts on pairs", 0]
      : query.photographs[photograph];
    const holds = (group, image) => group.parts.some(([, , images]) => images.includes(image));
    const inside = [];
    let hidden = 0;
    for (const [n, images] of parts) {
      const group = groups.find((one) => holds(one, images[0]));
      if (!group) {
        hidden += n;
      } else {
        const sign = make("span", { class: "sign missed", title: "not put together" }, "┆");
        const where = make("p", { class: "elsewhere" },
          group.number === null ? "alone" : jump(group.number));
        inside.push(part(query, [photograph, n, images], inside.length ? sign : null, where));
      }
    }
    if (hidden) inside.push(make("span", { class: "more" }, `+ ${hidden} elsewhere`));
    return make("section", { class: "group has-missed" },
      make("h5", {}, photograph === null ? null : badge(query, photograph), name,
        copies ? make("small", {}, count(copies, "image")) : null,
        make("span", { class: "missed" }, count(missed, "missed pair"))),
      make("div", { class: "parts" }, ...inside));
  }

  function scoreLine(scores) {
    const settings = Object.entries(scores.params).map(([name, value]) => `${name} ${value}`);
    if (scores.threshold) settings.unshift(`threshold ${scores.threshold}`);
    return make("p", { class: "scores" },
      make("b", {}, `F1 ${scores.f1}`), ` · precision ${scores.precision} · recall ${scores.recall} · `,
      make("span", { class: scores.tp ? "right" : "none" }, count(scores.tp, "right pair")), " · ",
      make("span", { class: scores.fp ? "wrong" : "none" }, count(scores.fp, "wrong pair")), " · ",
      make("span", { class: scores.fn ? "missed" : "none" }, count(scores.fn, "missed pair")),
      make("br"), make("small", {}, settings.join(", ")));
  }

  // A few of many, and a button that brings more.
  function some(items, draw) {
    const drawn = items.slice(0, A_PAGE).map(draw);
    let next = drawn.length;
    if (next === items.length) return drawn;
    const text = () => `Show more: ${count(items.length - next, "group")} left`;
    const button = make("button", { type: "button", class: "further" }, text());
    button.addEventListener("click", () => {
      button.before(...items.slice(next, next + A_PAGE).map(draw));
      next = Math.min(items.length, next + A_PAGE);
      if (next === items.length) button.remove();
      else button.textContent = text();
    });
    return [...drawn, button];
  }

  function queryGallery(query, scores) {
    const { rest, torn } = scores;
    const groups = numbered(scores.groups);
    const together = groups.filter(({ number }) => number !== null);
    return make("div", { class: "query" },
      make("h3", {}, query.slug, make("small", {}, query.title)),
      scoreLine(scores),
      make("h4", {}, "Groups found"),
      groups.length ? null : make("p", { class: "note" }, "This report holds no picture of this query."),
      make("div", { class: "groups" },
        ...some(together, (group) => box(query, groups, group)),
        leftAlone(query, groups, (copies) => copies > 1, "has-missed", "Left alone, though there are copies"),
        leftAlone(query, groups, (copies) => copies === 1, "is-right", "Left alone, rightly"),
        leftAlone(query, groups, (copies) => !copies, "", "Left alone, unlabelled")),
      rest ? make("p", { class: "note" }, `Without a picture here: ${count(rest[0], "group")} of `
        + `${count(rest[1], "image")}, with ${count(rest[2], "wrong pair")}.`) : null,
      torn.length ? make("h4", {}, "Photographs torn apart") : null,
      make("div", { class: "groups" }, ...some(torn, (values) => tornApart(query, groups, values))));
  }

  function bar(share) {
    const svg = (tag, attributes, ...children) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.append(...children);
      return element;
    };
    return svg("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "scale", width: 100, height: 4 }),
      svg("rect", { class: "share", width: 100 * share, height: 4 }));
  }

  function edits(method) {
    const losses = method.edits.filter(([, missed]) => missed).slice(0, 6);
    if (!losses.length) return null;
    return make("div", { class: "edits" },
      make("h4", {}, "Missed most, by edit"),
      make("p", {}, "Of the pairs of an unedited image and a copy with that edit, of all queries."),
      make("ul", {}, ...losses.map(([family, missed, pairs]) => make("li", {},
        make("span", {}, family), make("span", {}, `${missed} of ${pairs}`), bar(missed / pairs)))));
  }

  function queryList(protocol, method, place) {
    return make("nav", { class: "queries", "aria-label": `Queries of ${method.name}` },
      make("ul", {}, ...method.queries.map((scores, i) => scores && make("li", {},
        make("a", {
          href: address(protocol.name, method.name, data.queries[i].slug),
          "aria-current": i === place ? "true" : null,
        }, make("span", { class: "slug" }, data.queries[i].slug),
        make("span", { class: "f1" }, scores.f1),
        make("span", { class: "errors" },
          make("span", { class: scores.fp ? "wrong" : "none" }, `${scores.fp} wrong`), " ",
          make("span", { class: scores.fn ? "missed" : "none" }, `${scores.fn} missed`)))))));
  }

  function choice(label, names, texts, current, go) {
    const select = make("select", { id: `choose-${label}` },
      ...texts.map((text) => make("option", {}, text)));
    select.selectedIndex = names.indexOf(current);
    select.addEventListener("change", () => { location.hash = go(names[select.selectedIndex]); });
    return make("label", {}, `${label} `, select);
  }

  function choices({ protocol, method, place }) {
    const { slug } = data.queries[place];
    const methods = protocol.methods.map(({ name }) => name);
    const protocols = data.protocols.map(({ name }) => name);
    const texts = protocol.methods.map(({ name, queries }) => (
      queries[place] ? `${name}: F1 ${queries[place].f1} here` : name));
    return make("div", { class: "choices" },
      choice("method", methods, texts, method.name, (name) => address(protocol.name, name, slug)),
      choice("protocol", protocols, protocols, protocol.name,
        (name) => address(name, method.name, slug)));
  }

  function show(state) {
    const { protocol, method, place } = state;
    for (const section of document.querySelectorAll("[data-of-protocol]")) {
      section.classList.toggle("other", section.dataset.ofProtocol !== protocol.name);
    }
    for (const radio of document.querySelectorAll(".protocols input")) {
      radio.checked = radio.value === protocol.name;
    }
    if (method === null) {
      gallery.replaceChildren(
        make("p", { class: "note" }, "No method has results under this protocol."));
      return;
    }
    const focused = gallery.contains(document.activeElement) ? document.activeElement : null;
    gallery.replaceChildren(
      choices(state),
      make("div", { class: "columns" },
        queryList(protocol, method, place),
        queryGallery(data.queries[place], method.queries[place]),
        edits(method)));
    // On a narrow screen the queries are a strip that scrolls.
    const current = gallery.querySelector("[aria-current]");
    const item = current.parentNode;
    item.parentNode.scrollLeft = item.offsetLeft - item.parentNode.offsetLeft;
    if (focused) (document.getElementById(focused.id) || current).focus();
  }

  const arrive = () => document.getElementById("galleries-heading").focus();
  let arriving = false;

  window.addEventListener("hashchange", () => {
    if (location.hash.startsWith("#/")) show(chosen());
    if (arriving) arrive();
    arriving = false;
  });

  // From a table, or a pair, to the gallery; a link to what is already there changes no address.
  for (const link of document.querySelectorAll('main a[href^="#/"]')) {
    link.addEventListener("click", () => {
      if (link.getAttribute("href") === location.hash) arrive();
      else arriving = true;
    });
  }

  // All images of the photograph that is pointed at stand out.
  function pointAt(event) {
    const at = event.target.closest && event.target.closest(".thumbnail");
    for (const button of gallery.querySelectorAll(".thumbnail")) {
      button.classList.toggle("same",
        Boolean(at) && button.dataset.photograph === at.dataset.photograph);
    }
  }
  gallery.addEventListener("mouseover", pointAt);
  gallery.addEventListener("focusin", pointAt);

  // ---- One protocol at a time --------------------------------------------------------------

  if (data.protocols.length > 1) {
    const radios = data.protocols.map(({ name }) => {
      const radio = make("input", { type: "radio", name: "protocol", value: name });
      radio.addEventListener("change", () => {
        const { method, place } = chosen();
        location.hash = method
          ? address(name, method.name, data.queries[place].slug) : address(name);
      });
      return make("label", {}, radio, make("span", {}, name));
    });
    document.querySelector("#table1 > p").after(make("fieldset", { class: "protocols" },
      make("legend", {}, "How the threshold is chosen"), ...radios));
  }

  show(chosen());
  if (location.hash.startsWith("#/")) document.getElementById("galleries").scrollIntoView();
})();
