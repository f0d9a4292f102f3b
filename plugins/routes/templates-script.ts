/** The script of the page: list, form, what is chosen. Plain JavaScript that a browser reads as it is. */
import { accessScript } from "./templates-access.ts";
import { previewScript } from "./templates-preview.ts";

const formScript = `"use strict";
const byId = (id) => document.getElementById(id);

/** An element with properties, attributes where the name has a dash, and children. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

const state = { list: [], mount: "og-image", baseUrl: null, entry: undefined, values: {} };
const chosen = (name) => document.querySelector('input[name="' + name + '"]:checked').value;

/** "#card?title=Hello": what is shown outlives a reload and can be sent to a colleague. */
function readHash() {
  const [ref, query] = location.hash.slice(1).split("?");
  const entry = state.list.find((each) => each.ref === decodeURIComponent(ref));
  return entry && { entry, values: query === undefined ? undefined : Object.fromEntries(new URLSearchParams(query)) };
}

const saveHash = () =>
  history.replaceState(null, "", "#" + state.entry.ref + "?" + new URLSearchParams(state.values));

/** Shows a template with some values; without any, with its first example. */
function open(entry, values = entry.examples[0] ?? {}) {
  const known = entry.parameters.map(({ name }) => name);
  state.entry = entry;
  state.values = Object.fromEntries(Object.entries(values).filter(([name, value]) => known.includes(name) && value !== ""));
  byId("name").textContent = entry.name + (entry.version === "1" ? "" : " @" + entry.version);
  byId("about").textContent = entry.about;
  document.title = entry.name + " · Templates · Cameo";
  showList();
  showForm();
  redraw();
}

function showList() {
  const own = state.list.filter(({ file }) => file !== null);
  const builtIn = state.list.filter(({ file }) => file === null);
  const groups = [["In your folders", own], ["Built in", builtIn]].filter(([, all]) => all.length > 0);
  byId("list").replaceChildren(...groups.flatMap(([title, all]) => [make("h2", { textContent: title }), make("ul", {}, ...all.map(rowOf))]));
  const link = byId("list").querySelector("[aria-current]");
  byId("list").scrollLeft = link.offsetLeft - (innerWidth - link.offsetWidth) / 2; // Where it is a row; the page itself stays.
}

function rowOf(entry) {
  const version = entry.version === "1" ? [] : [make("small", { textContent: "@" + entry.version })];
  const off = entry.isDisabled ? [make("small", { textContent: "off" })] : [];
  const link = make("a", { href: "#" + entry.ref, title: entry.file ?? entry.about }, make("span", { textContent: entry.name }), ...version, ...off);
  if (entry === state.entry) link.setAttribute("aria-current", "page");
  return make("li", {}, link);
}

function showForm() {
  const { parameters, examples } = state.entry;
  const buttons = examples.map((example, index) =>
    make("button", { type: "button", textContent: String(index + 1), title: Object.values(example).join(" · ").slice(0, 120), "aria-label": "Example " + (index + 1), onclick: () => open(state.entry, example) }),
  );
  const clear = make("button", { type: "button", textContent: "Clear", onclick: () => open(state.entry, {}) });
  byId("form").replaceChildren(
    make("div", { className: "examples", role: "group", "aria-label": "Examples" }, make("h2", { textContent: "Parameters" }), make("span", { textContent: "Example" }), ...buttons, clear),
    ...parameters.map(fieldOf),
  );
}

function fieldOf(facts) {
  const { name, about = "", isRequired } = facts;
  const id = "field-" + name;
  const count = make("output", { className: "count" });
  const control = controlOf(facts, id);
  const tell = () => (count.textContent = facts.maxLength === undefined ? "" : lengthOf(state.values[name] ?? "") + " / " + facts.maxLength);
  control.addEventListener("input", (event) => {
    if (event.target.value === "") delete state.values[name];
    else state.values[name] = event.target.value;
    tell();
    redrawSoon();
  });
  tell();
  const label = make("label", { htmlFor: id }, name, ...(isRequired ? [make("em", { textContent: "needed" })] : []));
  return make("div", { className: "field" }, make("div", { className: "over" }, label, count), control, make("p", { id: id + "-about", textContent: about }));
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const lengthOf = (text) => [...segmenter.segment(text)].length;

function controlOf({ kind, name, values = [], default: preset, maxLength = 0 }, id) {
  const value = state.values[name] ?? "";
  const common = { id, name, value, "aria-describedby": id + "-about", spellcheck: false };
  if (kind === "choice") return choiceOf(values, preset, value, common);
  if (kind === "color") return colorOf(value, common);
  if (kind === "picture") return pictureOf(common);
  if (maxLength >= 200) return make("textarea", { ...common, rows: maxLength >= 500 ? 4 : 2, placeholder: preset ?? "" });
  return make("input", { ...common, type: "text", placeholder: preset ?? "" });
}

function choiceOf(values, preset, value, common) {
  const all = value === "" || values.includes(value) ? values : [...values, value];
  const options = all.map((each) => make("option", { value: each, textContent: each === preset ? each + " (default)" : each }));
  const none = preset === undefined ? [make("option", { value: "", textContent: "–" })] : [];
  const select = make("select", common, ...none, ...options);
  select.value = value || preset || "";
  return select;
}

/** A well for the eye and a field for the hand, each following the other. */
function colorOf(value, common) {
  const hex = (text) => (/^#?[0-9a-f]{6}$/i.test(text) ? "#" + text.replace("#", "") : "#888888");
  const well = make("input", { type: "color", value: hex(value), "aria-label": common.name + ", by eye" });
  const text = make("input", { ...common, type: "text", placeholder: "0f766e" });
  well.addEventListener("input", () => (text.value = well.value.slice(1)));
  text.addEventListener("input", () => (well.value = hex(text.value)));
  return make("div", { className: "color" }, well, text);
}

/** Offers the pictures of all examples. */
function pictureOf(common) {
  const known = state.list.flatMap(({ parameters, examples }) =>
    parameters.filter(({ kind }) => kind === "picture").flatMap(({ name }) => examples.map((example) => example[name])),
  );
  const offers = [...new Set(known)].filter(Boolean).map((value) => make("option", { value }));
  const list = common.id + "-list";
  return make("div", {}, make("input", { ...common, type: "text", placeholder: "images/landscape.jpg", "aria-controls": list }), make("datalist", { id: list }, ...offers));
}
`;

const startScript = `
/** The list of templates; asks for the admin token where the server wants one. */
async function load() {
  const response = await fetch("/templates.json", { headers: tokenHeader(), cache: "no-cache" });
  if (response.status === 401) return ask();
  if (!response.ok) throw new Error("The list of templates cannot be had: " + response.status);
  const { templates, mount, baseUrl } = await response.json();
  Object.assign(state, { list: templates.sort((a, b) => (a.ref < b.ref ? -1 : 1)), mount, baseUrl });
  const first = state.list.find(({ file }) => file !== null) ?? state.list.find(({ ref }) => ref === "card") ?? state.list[0];
  const wanted = readHash();
  if (wanted) open(wanted.entry, wanted.values);
  else if (first) open(first);
}

addEventListener("hashchange", () => {
  const wanted = readHash();
  if (wanted) open(wanted.entry, wanted.values);
});
byId("form").addEventListener("submit", (event) => event.preventDefault());
for (const radio of document.querySelectorAll(".choices input")) radio.addEventListener("change", redraw);
byId("copy").addEventListener("click", copy);
byId("url").addEventListener("focus", (event) => event.target.select());
load()
  .catch((error) => showRemarks([], [{ code: "no list", detail: error.message }]))
  .then(watch);
`;

export const script = formScript + accessScript + previewScript + startScript;
