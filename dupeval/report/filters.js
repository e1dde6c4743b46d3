// Lists of cards: filtered, paged, and the state of both in the address: #LIST?method=...&page=2.
(() => {
  const { make, count } = page;
  const A_PAGE = 24;
  const FIELDS = ["method", "query", "kind", "edit", "protocol"];

  // What chooses nothing, and what is chosen before anybody chooses.
  const EVERYTHING = FIELDS.map((field) => [field, ""]);
  const initial = (select) => {
    const option = [...select.options].find(({ defaultSelected }) => defaultSelected);
    return option ? option.value : "";
  };

  function listOf(form) {
    const name = form.dataset.list;
    const cards = [...document.querySelectorAll(`#${CSS.escape(name)}-cards > .card`)];
    const of = new Map(cards.map((card) => [card, {
      method: [card.dataset.method],
      query: [card.dataset.query],
      ...Object.fromEntries(["kind", "protocol", "edit"].map(
        (field) => [field, JSON.parse(card.dataset[field])])),
    }]));
    const selects = FIELDS.map((field) => form.elements[field]).filter(Boolean);
    const told = document.getElementById(`${name}-count`);
    const pages = document.getElementById(`${name}-pages`);
    const what = name.replace(/s$/, "");

    const passing = () => cards.filter((card) => selects.every(
      ({ name: field, value }) => value === "" || of.get(card)[field].includes(value)));

    function button(text, target, last) {
      const element = make("button", { type: "button" }, text);
      element.disabled = target < 0 || target > last;
      element.addEventListener("click", () => {
        location.hash = address(target);
        told.focus();
        told.scrollIntoView();
      });
      return element;
    }

    function address(number) {
      const said = new URLSearchParams();
      for (const select of selects) {
        if (select.value !== initial(select)) said.set(select.name, select.value);
      }
      if (number) said.set("page", String(number + 1));
      return `#${name}?${said}`;
    }

    function show(number) {
      const found = passing();
      const last = Math.max(0, Math.ceil(found.length / A_PAGE) - 1);
      const current = Math.min(Math.max(0, number), last);
      const shown = new Set(found.slice(current * A_PAGE, (current + 1) * A_PAGE));
      for (const card of cards) card.hidden = !shown.has(card);
      const from = current * A_PAGE + 1;
      told.textContent = found.length === cards.length ? count(found.length, what)
        : `${found.length.toLocaleString("en")} of ${count(cards.length, what)}`;
      if (last) told.textContent += `, ${from} to ${from + shown.size - 1} shown`;
      pages.hidden = last === 0;
      pages.replaceChildren(button("Previous", current - 1, last),
        make("span", {}, `page ${current + 1} of ${last + 1}`), button("Next", current + 1, last));
    }

    function follow(said) {
      for (const select of selects) {
        const wanted = said.get(select.name) ?? initial(select);
        select.value = [...select.options].some(({ value }) => value === wanted) ? wanted : "";
      }
      show((Number(said.get("page")) || 1) - 1);
    }

    // A card that is linked to: on its page of all cards, unless what is chosen has it.
    function reveal(card) {
      if (!passing().includes(card)) follow(new URLSearchParams(EVERYTHING));
      show(Math.floor(passing().indexOf(card) / A_PAGE));
      card.scrollIntoView({ block: "center" });
      card.focus({ preventScroll: true });
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => { location.hash = address(0); });
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      location.hash = `#${name}?${new URLSearchParams(EVERYTHING)}`;
    });
    follow(new URLSearchParams());
    return { name, follow, reveal, cards: new Set(cards) };
  }

  const lists = [...document.querySelectorAll("form.filters")].map(listOf);

  function arrive(first) {
    const [place, said] = location.hash.slice(1).split("?");
    for (const list of lists) {
      const card = said === undefined && place ? document.getElementById(place) : null;
      if (list.cards.has(card)) list.reveal(card);
      if (list.name === place && said !== undefined) {
        list.follow(new URLSearchParams(said));
        if (first) document.getElementById(place).scrollIntoView();
      }
    }
  }

  window.addEventListener("hashchange", () => arrive(false));
  // From another part of the page: what is chosen there is shown here.
  for (const link of document.querySelectorAll('a[href*="?"]')) {
    link.addEventListener("click", () => {
      const place = document.getElementById(link.hash.slice(1).split("?")[0]);
      setTimeout(() => place.scrollIntoView());
    });
  }
  arrive(true);
})();
