/** The page around Swagger UI: an introduction, the limits, and the table of errors that problem documents point to. Pure. */
import { codes, type ErrorCode } from "../error.ts";
import type { Snapshot } from "../registry/snapshot.ts";
import { errorGuide } from "./error-guide.ts";
import { describeLimits } from "./openapi-components.ts";

const favicon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23b4552d'/%3E%3C/svg%3E";

/** `assets`: URLs of the style sheets and scripts, in the order in which they load. */
export function createPage(snapshot: Snapshot, version: string, assets: readonly string[]): string {
  const styles = assets.filter((url) => url.includes(".css"));
  const scripts = assets.filter((url) => url.includes(".js"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Cameo: documentation</title>
<link rel="icon" href="${favicon}">
${styles.map((url) => `<link rel="stylesheet" href="${url}">`).join("\n")}
</head>
<body>
<header>
<h1>Cameo <small>${escapeHtml(version)}</small></h1>
<p>An image proxy. <code>/{mount}/{ref}?{parameters}</code> answers an image, made over as the parameters say.
Add <code>explain</code> to see what would be done; put <code>/meta</code> in front for size, colours and previews.</p>
<nav><a href="#routes">Routes</a> <a href="#errors">Errors</a> <a href="#limits">Limits</a>
<a href="/openapi.json">openapi.json</a> <a href="/health">health</a></nav>
<details id="errors"><summary>Errors <span>${Object.keys(codes).length} codes, each a problem document</span></summary>
<div class="scroll"><table><thead><tr><th>Status</th><th>Code</th><th>What to change</th><th>Retry</th></tr></thead>
<tbody>${(Object.keys(codes) as ErrorCode[]).map(errorRow).join("\n")}</tbody></table></div></details>
<details id="limits"><summary>Limits <span>of this server</span></summary>
<div class="scroll"><table><thead><tr><th>Limit</th><th>Value</th><th>What it bounds</th></tr></thead>
<tbody>${describeLimits(snapshot).map(limitRow).join("\n")}</tbody></table></div></details>
</header>
<main id="routes"><noscript>The routes need JavaScript; <a href="/openapi.json">openapi.json</a> has them too.</noscript></main>
${scripts.map((url) => `<script src="${url}" defer></script>`).join("\n")}
</body>
</html>
`;
}

function errorRow(code: ErrorCode): string {
  const { status, title, retryable } = codes[code];
  const remedy = markCode(errorGuide[code].remedy);
  return `<tr id="${code}"><td>${status}</td><td><a href="#${code}"><code>${code}</code></a></td><td><b>${escapeHtml(title)}.</b> ${remedy}</td><td>${retryable ? "later" : "no"}</td></tr>`;
}

function limitRow({ name, shown, about }: ReturnType<typeof describeLimits>[number]): string {
  return `<tr><td><code>${name}</code></td><td class="value">${escapeHtml(shown)}</td><td>${markCode(about)}</td></tr>`;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? "");
/** Text with `code` between backquotes. */
const markCode = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");

/**
 * Defaults are told in words, so they need not be sent: Swagger UI would put every one of them into the URL. It would also offer a choice
 * of the one server.
 * `validatorUrl: null` keeps it from asking a validator on the internet.
 */
export const pageScript = `const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const box = target?.closest("details");
  if (box) box.open = true;
  target?.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

async function showRoutes() {
  const spec = await (await fetch("/openapi.json")).json();
  for (const { schema } of Object.values(spec.components.parameters)) delete schema.default;
  delete spec.servers;
  SwaggerUIBundle({
    spec,
    dom_id: "#routes",
    validatorUrl: null,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    supportedSubmitMethods: ["get", "head", "delete"],
  });
}
showRoutes();
`;

export const pageStyle = `:root { --ink: #23262b; --soft: #5c636e; --line: #dcdfe4; --paper: #fafafa; --mark: #b4552d; --glow: #fdeee6; }
html.dark-mode { --ink: #e4e6e6; --soft: #a3abb5; --line: #3a4046; --paper: #1c2022; --mark: #f0996f; --glow: #3a2a22; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header { max-width: 1420px; margin: 0 auto; padding: 32px 20px 8px; box-sizing: border-box; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.02em; }
h1 small { color: var(--soft); font-size: 14px; font-weight: 400; letter-spacing: 0; }
header p { max-width: 72ch; margin: 8px 0 16px; }
header a { color: var(--mark); }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-bottom: 16px; }
code { font: 0.9em ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: 8px; margin-bottom: 8px; }
summary { padding: 10px 16px; cursor: pointer; font-weight: 600; }
summary span { color: var(--soft); font-weight: 400; margin-left: 8px; }
.scroll { overflow-x: auto; padding: 0 16px 12px; }
header table { width: 100%; border-collapse: collapse; font-size: 14px; }
header th { text-align: left; color: var(--soft); font-weight: 500; }
header th, header td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); vertical-align: top; }
header td:nth-child(2) { white-space: nowrap; }
tr:target, details { scroll-margin-top: 16px; }
tr:target { background: var(--glow); }
tr:target td:first-child { box-shadow: inset 3px 0 var(--mark); padding-left: 8px; }
#routes { max-width: 1460px; margin: 0 auto; }
.swagger-ui .information-container { display: none; }
.swagger-ui .scheme-container, html.dark-mode .swagger-ui .scheme-container { margin: 0; padding: 0; background: none; box-shadow: none; }
html.dark-mode .swagger-ui { background: none; }
@media (max-width: 640px) {
  header thead { display: none; }
  header tr { display: block; padding: 8px 0; border-top: 1px solid var(--line); }
  header td { display: block; padding: 0; border: 0; }
  header td:first-child, header td:nth-child(2) { display: inline-block; margin-right: 12px; }
  #errors td:last-child::before { content: "Try again: "; color: var(--soft); }
}
`;
