"use strict";
(() => {
  const KEYS = "123456789abcdefghijklmno";
  const BLINK_MS = 600;
  const byId = (id) => document.getElementById(id);
  const token = document.querySelector("meta[name=token]").content;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let now = null;
  let chosen = new Set();
  let conflict = null;
  let blink = null;
  let isBusy = false;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  const count = (n, what, many = `${what}s`) => `${n.toLocaleString("en")} ${n === 1 ? what : many}`;
  const percent = (share) => `${Math.floor(share * 1000) / 10} %`;

  // What the server says

  function complain(text) {
    byId("error").textContent = text;
    byId("error").hidden = !text;
  }

  async function ask(path, said) {
    if (isBusy) return;
    isBusy = true;
    const waiting = setTimeout(() => { byId("status").textContent = "Working …"; }, 400);
    try {
      const options = said === undefined ? {} : {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Dupeval-Token": token },
        body: JSON.stringify(said),
      };
      const reply = await fetch(path, options);
      const isJson = (reply.headers.get("content-type") || "").startsWith("application/json");
      const told = isJson ? await reply.json() : { error: await reply.text() };
      complain(told.error || "");
      if ("question" in told) {
        conflict = told.conflict || null;
        now = told;
        chosen = new Set();
        show();
      } else if (now) {
        showProgress();
      }
    } catch {
      complain("The program does not answer. Start dupeval label again to go on; all answers are kept.");
    } finally {
      clearTimeout(waiting);
      isBusy = false;
    }
  }

  const answer = (said) => ask("/answer", { question: now.question.key, ...said });
  const skip = () => ask("/skip", { question: now.question.key });
  const undo = () => ask("/undo", {});
  const accept = () => answer({ said: "same", chosen: [...chosen] });

  // Images

  const address = (image) => `/pictures/${image.number}?v=${image.v}`;
  const about = (image, isShort) => [image.name, isShort ? "" : image.size, image.more ? `+ ${count(image.more, "copy", "copies")}` : ""]
    .filter(Boolean).join(" · ");

  function picture(image) {
    return make("img", { src: address(image), alt: `Image ${image.name}` });
  }

  function figure(image) {
    return make("figure", {}, make("div", { class: "frame" }, picture(image)),
      make("figcaption", {}, about(image)));
  }

  function enlarge(image) {
    byId("viewer-picture").replaceChildren(picture(image));
    byId("viewer-name").textContent = about(image);
    byId("viewer").showModal();
  }

  function toggle(image) {
    if (!chosen.delete(image.number)) chosen.add(image.number);
    for (const button of document.querySelectorAll(".image")) {
      const isChosen = chosen.has(Number(button.dataset.number));
      button.setAttribute("aria-pressed", String(isChosen));
      button.querySelector(".mark").textContent = isChosen ? mark() : "";
    }
    showKeys();
  }

  const mark = () => (now.question.asked === "group" ? "Taken out" : "The same photograph");

  function button(image, place) {
    const element = make("button", { type: "button", class: "image", "aria-pressed": "false", "data-number": image.number },
      make("span", { class: "frame" }, picture(image), make("span", { class: "key" }, KEYS[place].toUpperCase())),
      make("span", { class: "name" }, about(image, now.question.asked === "look"), " ", make("span", { class: "mark" })));
    element.addEventListener("click", (event) => (event.shiftKey ? enlarge(image) : toggle(image)));
    return element;
  }

  const choices = () => (now.question.asked === "look" ? now.question.images.slice(1) : now.question.images);

  function grid(images) {
    const few = now.question.asked === "group" && images.length < 5 ? "few" : "";
    return make("div", { class: `many ${now.question.asked} ${few}` }, ...images.map(button));
  }

  // Two images in one place, one after the other

  function startBlinking() {
    const [a, b] = now.question.images;
    const layers = [0, 1].map((which) => make("img", {
      src: `/aligned/${a.number}/${b.number}/${which}`, class: which ? "below" : "",
      alt: which ? `Image ${b.name} laid on the other` : `Image ${a.name}`,
    }));
    const caption = make("figcaption", {}, "Laid on each other, what they share; white is outside of it.");
    const box = make("figure", { class: "blinking" }, make("div", { class: "frame" }, ...layers), caption);
    layers[0].addEventListener("error", () => {
      stopBlinking();
      complain("No way was found to lay one on the other.");
    });
    byId("shown").replaceChildren(box);
    const swap = () => layers.forEach((layer) => layer.classList.toggle("below"));
    blink = { swap, timer: calm.matches ? null : setInterval(swap, BLINK_MS) };
    showKeys();
  }

  function stopBlinking() {
    if (blink && blink.timer) clearInterval(blink.timer);
    blink = null;
    showQuestion();
  }

  function toggleBlinking() {
    complain("");
    if (!blink) startBlinking();
    else if (blink.timer) stopBlinking();
    else blink.swap();
  }

  // Questions

  const TEXTS = {
    group: ["Do all of these show one photograph?", "Take out those that show another one, then accept."],
    pair: ["Do these show the same photograph?", ""],
    look: ["Does any of these show the same photograph as the first?", "Choose those that do; if none does, say so."],
  };

  function showQuestion() {
    const { asked, images } = now.question;
    const content = {
      group: () => grid(images),
      pair: () => make("div", { class: "two" }, ...images.map(figure)),
      look: () => make("div", { class: "look" }, figure(images[0]), grid(images.slice(1))),
    };
    byId("shown").replaceChildren(content[asked]());
    for (const number of chosen) {
      chosen.delete(number);
      toggle({ number });
    }
    showKeys();
  }

  function command(text, key, does, kind = "") {
    const hint = key ? make("kbd", { "aria-hidden": "true" }, key) : null;
    const element = make("button", { type: "button", class: kind }, text, hint);
    element.addEventListener("click", does);
    return element;
  }

  function showKeys() {
    const keys = [];
    if (conflict) {
      keys.push(command("Take my answer back", "Esc", withdraw, "main"));
    } else if (now.question) {
      const { asked } = now.question;
      if (asked === "pair") {
        keys.push(command("Same", now.question.proposed ? "Enter" : "S", () => answer({ said: "same" }), "main"),
          command("Different", "D", () => answer({ said: "different" }), "main"),
          command("Same scene only", "C", () => answer({ said: "scene" })),
          command("Unsure", "U", () => answer({ said: "unsure" })),
          command(blink ? "Side by side" : "Blink", "B", toggleBlinking));
        if (blink && !blink.timer) keys.push(command("End blinking", "Esc", stopBlinking));
      } else {
        const none = asked === "group" ? "Yes, one photograph" : "None of them";
        const some = asked === "group" ? "The others are one photograph"
          : chosen.size === 1 ? "That one, no other" : `Those ${chosen.size}, no others`;
        keys.push(command(chosen.size ? some : none, "Enter", accept, "main"));
      }
      keys.push(command("Later", "→", skip, "apart"), command("Undo", "⌫", undo));
    } else {
      keys.push(command("Undo", "⌫", undo));
    }
    byId("keys").replaceChildren(...keys);
  }

  function showConflict() {
    const [a, b] = conflict.images;
    byId("question").textContent = "That contradicts what was said before";
    byId("hint").textContent = conflict.same
      ? "By your answer these two show one photograph; earlier answers say that they do not. Which answer is wrong?"
      : "By your answer these two show different photographs; earlier answers put them together. Which answer is wrong?";
    const items = conflict.earlier.map((earlier, place) => make("li", {},
      command(`${earlier.text}: that is wrong`, KEYS[place] ? KEYS[place].toUpperCase() : "", () => letFall(earlier), "plain"),
      make("span", { class: "strip" }, ...earlier.images.filter((image) => image.v).map(picture))));
    byId("shown").replaceChildren(make("div", { class: "two small" }, figure(a), figure(b)),
      make("ul", { class: "earlier" }, ...items));
    showKeys();
  }

  const letFall = (earlier) => answer({
    said: conflict.said, chosen: conflict.chosen, falls: [...conflict.falls, earlier.id],
  });

  function withdraw() {
    conflict = null;
    chosen = new Set();
    show();
  }

  function showEnd() {
    const { progress } = now;
    const open = progress.pairs - progress.decided;
    byId("question").textContent = open ? "Enough is answered" : "All is answered";
    byId("hint").textContent = `labels.csv and pairs.csv are written. ${open
      ? `Of ${count(open, "pair")} nothing is known; they count as different. You may go on until none is left.`
      : "Every pair is decided."}`;
    const said = `${count(progress.answers, "answer")} told ${count(progress.photographs, "photograph")} among ${
      count(progress.images, "image")}. To ask about every pair would have taken ${progress.pairs.toLocaleString("en")}.`;
    byId("shown").replaceChildren(make("p", {}, said),
      ...(open ? [command("Go on", "", () => ask("/go-on", {}), "plain")] : []));
    showKeys();
  }

  // How far it is

  function meter(label, value, most, text) {
    return [make("dt", {}, label), make("dd", {},
      make("progress", { max: Math.max(most, 1), value, "aria-label": label }), text)];
  }

  function share(label, value, atLeast) {
    const text = value === null ? "not known yet" : make("strong", {}, percent(value));
    const least = value === null ? "" : ` at least ${percent(atLeast)}`;
    return [make("dt", {}, label), make("dd", {}, text, least)];
  }

  function showProgress() {
    const p = now.progress;
    const end = now.finished ? "enough is answered" : "";
    byId("status").textContent = [count(p.answers, "answer"), `${count(p.images, "image")} in ${count(p.queries, "query", "queries")}`, end]
      .filter(Boolean).join(" · ");
    const left = p.left_at_most;
    byId("progress").replaceChildren(make("dl", {},
      ...meter("Pairs decided", p.decided, p.pairs, `${p.decided.toLocaleString("en")} of ${p.pairs.toLocaleString("en")}`),
      ...meter("Drawn at random and settled", p.drawn, p.needed, `${p.drawn} of ${count(p.needed, "image")}`),
      ...meter("Asked once more", p.checked, p.checks, `${p.checked} of ${count(p.checks, "pair")}`),
      make("dt", {}, "May miss a copy of theirs"),
      make("dd", {}, `${left} of ${count(p.images, "image")}; enough is ${p.goal}`),
      ...share("Precision of these labels", p.precision, p.precision_at_least),
      ...share("Recall of these labels", p.recall, p.recall_at_least)));
    byId("method").value = now.method;
  }

  function show() {
    if (blink && blink.timer) clearInterval(blink.timer);
    blink = null;
    const { question } = now;
    byId("query").textContent = question ? question.title : "";
    if (conflict) {
      showConflict();
    } else if (question) {
      [byId("question").textContent, byId("hint").textContent] = TEXTS[question.asked];
      showQuestion();
    } else {
      showEnd();
    }
    showProgress();
    for (const image of now.soon) new Image().src = address(image);
    byId("question").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // Keys

  const PAIR_KEYS = {
    s: () => answer({ said: "same" }),
    d: () => answer({ said: "different" }),
    c: () => answer({ said: "scene" }),
    u: () => answer({ said: "unsure" }),
    b: toggleBlinking,
  };

  function pressed(key, isShift) {
    if (key === "Backspace") return conflict ? withdraw : undo;
    const place = KEYS.indexOf(key);
    if (conflict) {
      if (key === "Escape") return withdraw;
      return place >= 0 && conflict.earlier[place] ? () => letFall(conflict.earlier[place]) : null;
    }
    if (!now.question) return null;
    if (key === "ArrowRight") return skip;
    if (now.question.asked === "pair") {
      if (key === "Escape" && blink) return stopBlinking;
      if (key === "Enter" && now.question.proposed) return PAIR_KEYS.s;
      return PAIR_KEYS[key] || null;
    }
    if (key === "Enter") return accept;
    const image = place >= 0 ? choices()[place] : undefined;
    if (!image) return null;
    return isShift ? () => enlarge(image) : () => toggle(image);
  }

  // What a key is called: digits that need Shift, and letters of keyboards without a to z, by their place.
  function named({ key, code }) {
    const [, place] = code.match(/^(?:Digit([1-9])|Key[A-Z])$/) ? code.match(/^(?:Digit|Key)(.)$/) : [];
    const isLatin = /^[a-z]$/i.test(key);
    if (place && (!isLatin || code.startsWith("Digit"))) return place.toLowerCase();
    return key.length > 1 ? key : key.toLowerCase();
  }

  document.addEventListener("keydown", (event) => {
    if (!now || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (byId("viewer").open || !byId("shortcuts").checked) return;
    const within = event.target.closest("button, select, input, summary, a");
    const isImage = within && within.classList.contains("image");
    if (within && within.tagName === "SELECT") return;
    if (within && !isImage && (event.key === "Enter" || event.key === " ")) return;
    const does = pressed(named(event), event.shiftKey);
    if (!does) return;
    event.preventDefault();
    does();
  });

  byId("viewer").addEventListener("click", (event) => {
    if (event.target === byId("viewer")) byId("viewer").close();
  });
  byId("proposing").addEventListener("submit", (event) => event.preventDefault());
  byId("method").addEventListener("change", () => {
    byId("status").textContent = `Asking ${byId("method").value} …`;
    ask("/method", { method: byId("method").value });
  });
  byId("export").addEventListener("click", async () => {
    await ask("/export", {});
    if (byId("error").hidden) byId("status").textContent = "labels.csv and pairs.csv are written";
  });

  ask("/state");
})();
