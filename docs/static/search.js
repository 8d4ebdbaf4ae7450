// Under each result of the search, the words around what was found. docs/snippets.py writes the texts.

document.addEventListener("DOMContentLoaded", () => {
  const results = document.getElementById("search-results");
  const words = (new URLSearchParams(location.search).get("q") ?? "")
    .toLowerCase().split(/\W+/).filter((word) => word.length > 1);
  const AROUND = 110; // characters, on either side

  // Results of the same score stand in the order of their titles. Before them go pages with a
  // heading that has all the words; after them, the page for teachers.
  const inHeading = (page) => (window.nstTexts[page] ?? [])
    .some(([id]) => words.every((word) => id.includes(word)));
  Scorer.score = ([page, , , , score]) =>
    score + (page === "teachers" ? -0.5 : inHeading(page) ? 0.5 : 0);

  const first = (text) =>
    Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0));

  // The section that was found, if it has one of the words; else the page's first that does.
  const passage = (page, anchor) => {
    const sections = window.nstTexts[page] ?? [];
    const own = sections.filter(([id]) => id === anchor);
    const [, text = ""] = [...own, ...sections].find(([, text]) => first(text) < Infinity) ??
      own[0] ?? sections[0] ?? [];
    const at = Math.min(first(text), text.length);
    const begin = at > AROUND && at < text.length ? text.lastIndexOf(" ", at - AROUND) + 1 : 0;
    const end = text.indexOf(" ", begin + 2 * AROUND);
    const cut = end < 0 ? text.slice(begin) : `${text.slice(begin, end)} …`;
    return begin ? `… ${cut}` : cut;
  };

  const add = (item) => {
    const link = item.querySelector?.("a");
    if (!link || item.querySelector("p")) return;
    const [file, anchor] = link.getAttribute("href").split("#");
    const text = passage(file.replace(/\.html.*/, ""), anchor);
    if (!text) return;
    const shown = document.createElement("p");
    shown.className = "context";
    const pattern = new RegExp(`(${words.join("|")})`, "i");
    for (const [number, part] of text.split(pattern).entries()) {
      const node = number % 2 ? document.createElement("strong") : document.createElement("span");
      node.textContent = part;
      shown.append(node);
    }
    item.append(shown);
  };

  new MutationObserver(() => results.querySelectorAll("ul.search > li").forEach(add))
    .observe(results, { childList: true, subtree: true });
});
