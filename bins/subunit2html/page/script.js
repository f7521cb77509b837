
"use strict";

// The columns of a row: see "columns" in the data.
const [ID, OUTCOME, START, DURATION, WORKER, TAGS, MESSAGE, FILES] = Array(8).keys();
const CHUNK = 100, LONGEST_NAME = 1000, MOST_OPTIONS = 500;

const find = (id) => document.getElementById(id);
const data = JSON.parse(find("data").textContent);
const classOf = (row) => data.outcomes[row[OUTCOME]][0];
const wordOf = (row) => data.outcomes[row[OUTCOME]][1];
const FAILURES = new Set(["damage", "failed", "uxsuccess", "unfinished"]);
const number = (count) => count.toLocaleString("en");

// Everything that comes from the stream is a text node.
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// Control characters as `\n`, `\x1b` and `\u202e`, as the tools show them.
function shown(text) {
  const cut = text.length > LONGEST_NAME ? text.slice(0, LONGEST_NAME) + "\u2026" : text;
  return cut.replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    const hex = character.charCodeAt(0).toString(16);
    return short || (hex.length > 2 ? "\\u" + hex.padStart(4, "0") : "\\x" + hex.padStart(2, "0"));
  });
}

function duration(microseconds) {
  if (microseconds === null) return "";
  const seconds = microseconds / 1e6, whole = Math.floor(seconds);
  const two = (value) => String(value).padStart(2, "0");
  if (whole < 10) return seconds.toFixed(3) + " s";
  if (whole < 60) return seconds.toFixed(1) + " s";
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes + ":" + two(whole % 60) + " min";
  return Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + two(whole % 60) + " h";
}

// --- Filters

const filters = find("filters");
const articles = [...document.querySelectorAll("details.test")].map((article) => {
  return { article, row: data.tests[Number(article.id.slice(1))] };
});
const articleOf = new Map(articles.map(({ article, row }) => [row, article]));

function fill(select, options) {
  for (const [value, label] of options.slice(0, MOST_OPTIONS)) {
    select.append(new Option(shown(label), value));
  }
  if (options.length > MOST_OPTIONS) {
    const more = new Option("and " + number(options.length - MOST_OPTIONS) + " more");
    more.disabled = true;
    select.append(more);
  }
}

function fillFilters() {
  const counts = data.outcomes.map(() => 0);
  for (const row of data.tests) counts[row[OUTCOME]]++;
  const present = data.outcomes.filter((_, index) => counts[index] > 0);
  fill(find("outcome"), present);
  const collator = new Intl.Collator("en", { numeric: true });
  const byName = (names) => names.map((name, index) => [index, name]).sort((a, b) => collator.compare(a[1], b[1]));
  fill(find("worker"), byName(data.workers));
  fill(find("tag"), byName(data.tags));
}

// Tests that were only listed are shown if there is nothing else, or if they are asked for.
const wasRun = data.tests.filter((row) => classOf(row) !== "listed").length;
const hidesListed = wasRun > 0;

function matcher() {
  const words = find("search").value.trim().toLowerCase();
  const outcome = find("outcome").value, worker = find("worker").value, tag = find("tag").value;
  return (row) => {
    const name = classOf(row);
    if (outcome === "bad" ? !FAILURES.has(name) : outcome ? name !== outcome : hidesListed && name === "listed") return false;
    if (worker && row[WORKER] !== Number(worker)) return false;
    if (tag && !row[TAGS].includes(Number(tag))) return false;
    if (!words || row[ID].toLowerCase().includes(words) || row[MESSAGE].toLowerCase().includes(words)) return true;
    const article = articleOf.get(row);
    return article !== undefined && article.textContent.toLowerCase().includes(words);
  };
}

let matches = [], filled = 0;

function applyFilters() {
  const matchesFilters = matcher();
  matches = data.tests.filter(matchesFilters);
  const order = find("order").value;
  if (order === "slow") matches.sort((a, b) => (b[DURATION] ?? -1) - (a[DURATION] ?? -1));
  if (order === "id") matches.sort((a, b) => (a[ID] < b[ID] ? -1 : Number(a[ID] > b[ID])));
  const found = new Set(matches);
  let failures = 0;
  for (const { article, row } of articles) {
    article.hidden = !found.has(row);
    failures += Number(!article.hidden);
  }
  count("failures-count", failures, articles.length);
  count("tests-count", matches.length, wasRun || data.tests.length);
  find("rows").replaceChildren();
  filled = 0;
  fillRows(CHUNK);
}

function count(id, some, all) {
  find(id).textContent = some === all ? number(all) : number(some) + " of " + number(all);
}

// --- Rows, filled in as they are reached

function rowElement(row) {
  const name = element("span", "name", shown(row[ID]));
  if (row[MESSAGE]) name.append(element("span", "message", shown(row[MESSAGE].trim().split("\n")[0])));
  const worker = data.workers[row[WORKER]];
  const summary = element("summary", "",
    element("b", "badge " + classOf(row), wordOf(row)), name,
    element("span", "worker", worker === "-" ? "" : shown(worker)),
    element("span", "took", duration(row[DURATION])));
  const details = element("details", "row", summary);
  details.addEventListener("toggle", () => {
    if (details.children.length === 1) details.append(...rowDetails(row));
  });
  return details;
}

function rowDetails(row) {
  const facts = element("dl", "");
  const add = (term, fact) => facts.append(element("div", "", element("dt", "", term), element("dd", "", fact)));
  if (row[START] !== null) add("started", new Date(row[START] / 1000).toISOString().replace("T", " ").replace("Z", " UTC"));
  if (row[DURATION] !== null) add("took", duration(row[DURATION]));
  if (row[TAGS].length) add("tags", row[TAGS].slice(0, 50).map((tag) => shown(data.tags[tag])).join(", "));
  for (const [name, type, size] of row[FILES].slice(0, 50)) {
    add("attachment", shown(name) + " (" + (type ? shown(type) + ", " : "") + number(size) + " bytes)");
  }
  const article = articleOf.get(row);
  if (article) {
    const link = element("a", "", "show");
    link.href = "#" + article.id;
    add("details", link);
  }
  if (!facts.children.length) add("details", "none recorded");
  return row[MESSAGE] && !article ? [facts, element("pre", "", row[MESSAGE])] : [facts];
}

function fillRows(some) {
  const next = matches.slice(filled, filled + some);
  find("rows").append(...next.map(rowElement));
  filled += next.length;
  find("more").hidden = filled >= matches.length;
}

// --- Events

// A link to a failure unfolds it, whatever is filtered.
function showTarget() {
  const target = /^#t\d+$/.test(location.hash) && find(location.hash.slice(1));
  if (!target) return;
  if (target.hidden) {
    filters.reset();
    applyFilters();
  }
  target.open = true;
  target.scrollIntoView();
}

function start() {
  fillFilters();
  filters.hidden = false;
  const tools = document.querySelector(".tools");
  tools.hidden = articles.length < 2;
  const foldAll = (open) => articles.forEach(({ article }) => { if (!article.hidden) article.open = open; });
  find("unfold").addEventListener("click", () => foldAll(true));
  find("fold").addEventListener("click", () => foldAll(false));

  let timer = 0;
  find("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(applyFilters, 150);
  });
  filters.addEventListener("change", (event) => {
    if (event.target.id !== "search") applyFilters();
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(applyFilters));
  document.querySelector(".totals").addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    find("outcome").value = item.className;
    applyFilters();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find("search").focus();
    }
  });
  const more = find("more");
  more.addEventListener("click", () => fillRows(CHUNK));
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) fillRows(CHUNK);
  }, { rootMargin: "500px" }).observe(more);
  addEventListener("beforeprint", () => fillRows(Math.max(0, 1000 - filled)));
  addEventListener("hashchange", showTarget);
  applyFilters();
  showTarget();
}

start();
