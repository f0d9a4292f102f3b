/** The page `/templates`, before its script fills it. */

/** A brooch: an oval with an oval in it. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cellipse cx='16' cy='16' rx='12' ry='15' fill='%23b4552d'/%3E%3Cellipse cx='16' cy='16' rx='8' ry='11' fill='none' stroke='%23fff' stroke-width='1.6'/%3E%3Ccircle cx='16' cy='13' r='3.4' fill='%23fff'/%3E%3Cpath d='M9.8 22c1-4 11.400-4 12.400 0a8 11 0 0 1-12.400 0z' fill='%23fff'/%3E%3C/svg%3E";

const choice = (name: string, value: string, label: string, isFirst: boolean): string =>
  `<label><input type="radio" name="${name}" value="${value}"${isFirst ? " checked" : ""}><span>${label}</span></label>`;

/** A row of radio buttons in one piece. */
const choices = (name: string, legend: string, all: readonly (readonly [value: string, label: string])[]): string =>
  `<fieldset class="choices"><legend>${legend}</legend>${all
    .map(([value, label], index) => choice(name, value, label, index === 0))
    .join("")}</fieldset>`;

const tools = [
  choices("theme", "Theme", [
    ["both", "Both"],
    ["light", "Light"],
    ["dark", "Dark"],
  ]),
  choices("size", "Width", [
    ["", "Full"],
    ["600", "600"],
    ["300", "300"],
  ]),
  choices("shape", "Shown as", [
    ["card", "Card"],
    ["post", "Post"],
    ["chat", "Chat"],
    ["square", "Square"],
  ]),
].join("\n");

/** `assets`: URLs of the script and the style sheet. */
export const pageOf = (assets: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Templates · Cameo</title>
<link rel="icon" href="${icon}">
${assets
  .filter((url) => url.includes(".css"))
  .map((url) => `<link rel="stylesheet" href="${url}">`)
  .join("\n")}
</head>
<body>
<header class="top">
<img src="${icon}" alt="" width="26" height="26">
<h1>Templates</h1>
<p id="live" role="status">Looking</p>
<nav aria-label="Cameo"><a href="/docs">Docs</a></nav>
</header>
<div class="bench">
<nav class="list" id="list" aria-label="Templates"></nav>
<main>
<div class="heading"><h2 id="name">…</h2><p id="about"></p></div>
<div class="tools">
${tools}
</div>
<div class="url">
<label for="url">URL</label>
<input id="url" readonly spellcheck="false">
<button type="button" id="copy">Copy</button>
</div>
<section id="remarks" class="remarks" aria-live="polite" aria-label="Remarks"></section>
<div class="stage" id="stage"></div>
</main>
<form id="form" class="form" aria-label="Parameters" autocomplete="off"></form>
</div>
<dialog id="gate" aria-labelledby="gate-title">
<form method="dialog">
<h2 id="gate-title">Operators only</h2>
<p>This is for those who have the server’s admin token.</p>
<label for="token">Admin token</label>
<input id="token" type="password" autocomplete="off">
<button>Open</button>
</form>
</dialog>
<noscript><p class="noscript">This page needs JavaScript. <code>cameo templates</code> lists the same.</p></noscript>
${assets
  .filter((url) => url.includes(".js"))
  .map((url) => `<script src="${url}" defer></script>`)
  .join("\n")}
</body>
</html>
`;
