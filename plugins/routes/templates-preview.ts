/** The part of the page's script that draws: cards, remarks, errors, the URL, and what was saved meanwhile. */

export const previewScript = `
/** Typing is over, for a moment, in milliseconds. */
const pauseMs = 120;
/** Between two looks at whether something was saved, in milliseconds. */
const everyMs = 200;

let pending = 0;
let turn = new AbortController();

function redrawSoon() {
  clearTimeout(pending);
  pending = setTimeout(redraw, pauseMs);
}

/** The path of the card that is chosen. */
function pathOf(theme) {
  const query = new URLSearchParams(state.values);
  if (theme === "dark") query.set("theme", "dark");
  if (chosen("size")) query.set("w", chosen("size"));
  const text = query.toString().replaceAll("%2F", "/");
  return "/" + state.mount + "/" + state.entry.ref + (text ? "?" + text : "");
}

async function redraw() {
  clearTimeout(pending);
  if (!state.entry) return;
  turn.abort();
  turn = new AbortController();
  const { signal } = turn;
  const themes = chosen("theme") === "both" ? ["light", "dark"] : [chosen("theme")];
  saveHash();
  byId("url").value = absolute(pathOf(themes[0]));
  byId("stage").setAttribute("aria-busy", "true");
  try {
    const shots = await takeAll(themes, signal);
    if (!signal.aborted) await tell(shots, signal);
  } catch (error) {
    if (!signal.aborted) showRemarks([], [{ code: "no answer", detail: String(error.message ?? error) }]);
  } finally {
    if (!signal.aborted) byId("stage").removeAttribute("aria-busy");
  }
}

/** One after the other, each shown as soon as it is there: the first one is the sooner for it. */
async function takeAll(themes, signal) {
  keepOnly(themes);
  const shots = [];
  for (const theme of themes) {
    const shot = await take(theme, signal);
    if (signal.aborted) break;
    if (!shot.problem) show(shot);
    shots.push(shot);
  }
  return shots;
}

/** A card, or the problem that stands in its way. Fetched, not shown by its URL, since a saved template keeps its URL. */
async function take(theme, signal) {
  const started = performance.now();
  const response = await fetchCard(pathOf(theme), { cache: "no-cache", signal });
  if (!response.ok) return { theme, problem: await response.json() };
  const blob = await response.blob();
  const picture = await createImageBitmap(blob);
  const { width, height } = picture;
  picture.close();
  return { theme, url: URL.createObjectURL(blob), width, height, bytes: blob.size, ms: performance.now() - started };
}

/** Another template, or a theme that is no longer wanted, leaves no picture behind. */
function keepOnly(themes) {
  const stage = byId("stage");
  const isOther = stage.dataset.ref !== state.entry.ref;
  for (const figure of [...stage.children]) if (isOther || !themes.includes(figure.className)) remove(figure);
  stage.dataset.ref = state.entry.ref;
}

/** A picture stays until the next one of its theme is there, so that nothing flickers. Light comes first. */
function show(shot) {
  const stage = byId("stage");
  const [next, old] = [figureOf(shot), stage.querySelector("figure." + shot.theme)];
  if (old) old.before(next);
  else if (shot.theme === "light") stage.prepend(next);
  else stage.append(next);
  if (old) remove(old);
}

function remove(figure) {
  URL.revokeObjectURL(figure.querySelector("img").src);
  figure.remove();
}

function figureOf({ theme, url, width, height, bytes, ms }) {
  const shape = chosen("shape");
  const alt = state.entry.name + ", " + theme;
  const image = make("img", { src: url, alt, width, height });
  const words = make("div", { className: "words" }, make("b", { textContent: state.values.title ?? state.entry.name }), make("span", { textContent: location.host }));
  const frame = make("div", { className: "frame " + shape }, image, ...(shape === "card" ? [] : [words]));
  const facts = [theme, width + " × " + height, (bytes / 1024).toFixed(bytes < 10240 ? 1 : 0) + " kB", Math.round(ms) + " ms"];
  const figure = make("figure", { className: theme }, frame, make("figcaption", { textContent: facts.join(" · ") }));
  figure.style.maxWidth = (shape === "card" ? width : 520) + "px";
  return figure;
}

/** What the server has to say: problems, warnings, the canonical URL. */
async function tell(shots, signal) {
  const problems = shots.flatMap(({ problem }) => problem ?? []);
  const told = await Promise.all(shots.filter(({ problem }) => !problem).map(({ theme }) => explain(theme, signal)));
  const canonical = told[0]?.canonical && (await signed(told[0].canonical));
  if (signal.aborted) return;
  if (canonical) byId("url").value = absolute(canonical);
  const remarks = [...new Set(told.flatMap(({ remarks = [] }) => remarks))];
  const hasFailed = remarks.some((each) => each.startsWith(state.entry.id + " failed"));
  const health = hasFailed ? await lookAtHealth() : undefined;
  const trouble = health?.troubles.find(({ part }) => part === state.entry.id);
  if (!signal.aborted) showRemarks(remarks, trouble ? [trouble, ...problems] : problems);
}

async function explain(theme, signal) {
  const response = await fetchCard(pathOf(theme), { cache: "no-store", signal }, "explain");
  return response.ok ? response.json() : {};
}

function showRemarks(remarks, problems) {
  const distinct = [...new Map(problems.map((each) => [each.detail, each])).values()];
  const rows = [
    ...distinct.map(({ code, detail }) => make("li", { className: "bad" }, make("b", { textContent: code }), " " + detail, ...keyTo(code))),
    ...remarks.map((textContent) => make("li", { className: "odd", textContent })),
  ];
  const fine = make("li", { className: "fine", textContent: "Nothing to remark: every letter has a font, every style is drawn." });
  byId("remarks").replaceChildren(make("ul", {}, ...(rows.length > 0 ? rows : [fine])));
  byId("stage").classList.toggle("stale", problems.length > 0);
}

/** What an operator may do about a problem. */
const keyTo = (code) => {
  if (code === "signature-required") return [" ", make("button", { type: "button", textContent: "Use the admin token", onclick: ask })];
  if (code === "no-such-route") return [" This page draws with the mount /" + state.mount + "/; the setting routes.templates.mount names another."];
  return [];
};

const absolute = (path) => new URL(path, state.baseUrl ? state.baseUrl + "/" : location.href).href;

async function copy() {
  const field = byId("url");
  const done = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
  if (!done) field.select();
  byId("copy").textContent = done || document.execCommand("copy") ? "Copied" : "Press Ctrl C";
  setTimeout(() => (byId("copy").textContent = "Copy"), 1600);
}

/** Null where this page may not see it, as behind a proxy that keeps it to the operators. */
async function lookAtHealth() {
  const response = await fetch("/health", { cache: "no-store" });
  return [401, 403, 404].includes(response.status) ? null : response.json();
}

/** Looks for as long as the page is looked at. Another generation, or another server, has other templates. */
async function watch() {
  let known;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    if (document.hidden) continue;
    const health = await lookAtHealth().catch(() => undefined);
    if (health === null) return setLive("blind", []);
    const failures = health?.failedPlugins ?? [];
    setLive(health ? (failures.length > 0 ? "broken" : "live") : "gone", failures);
    const now = health ? health.generation + " since " + Math.round(Date.now() / 1000 - health.uptimeS) : "gone";
    if (known !== undefined && isOther(known, now)) await reload();
    known = now;
  }
}

/** The time since when is known to a second or so. */
function isOther(known, now) {
  const [before, after] = [known, now].map((each) => each.split(" since ").map(Number));
  if (now === "gone") return false;
  return known === "gone" || before[0] !== after[0] || Math.abs(before[1] - after[1]) > 3;
}

/** The template may be another one now; what was typed stays. */
async function reload() {
  const { id, selectionStart, selectionEnd } = document.activeElement ?? {};
  await load().catch(() => {});
  const again = id ? byId(id) : null;
  again?.focus();
  if (typeof selectionStart === "number") again?.setSelectionRange(selectionStart, selectionEnd);
}

function setLive(mood, failures) {
  const words = { live: "Live", broken: "Not loaded", gone: "The server does not answer", blind: "Reload to see saves" }[mood];
  const text = failures.map(({ lastError }) => lastError).join(" ");
  const live = byId("live");
  if (live.dataset.mood === mood && live.title === text) return;
  live.dataset.mood = mood;
  live.title = text;
  live.replaceChildren(words, ...(text ? [make("span", { textContent: text })] : []));
}
`;
