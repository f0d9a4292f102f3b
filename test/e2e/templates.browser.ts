/** The design loop, as a designer goes through it: a file on the disk, a page that shows it. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { watchPage } from "./page.ts";
import { findChromium } from "./playwright.config.ts";
import { type Server, startServer } from "./server.ts";

test.skip(findChromium() === undefined, "There is no Chromium; name one in CAMEO_CHROMIUM.");

let server: Server;
test.beforeAll(async () => {
  server = await startServer();
  await mkdir(join(server.folder, "plugins.d"));
});
test.afterAll(() => server?.stop());

/** A template whose whole card is of one colour; `more` goes into its style. */
const painted = (color: string, more = "", before = "") => `/** @jsxImportSource cameo */
import { template } from "cameo/plugin";
import * as v from "valibot";
export default template({
  name: "sheet",
  about: "All of one colour.",
  parameters: v.object({
    title: v.pipe(v.optional(v.pipe(v.string(), v.maxGraphemes(20))), v.description("Its words.")),
    tint: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{6}$/, "takes a colour such as 0f766e"))),
    side: v.optional(v.picklist(["left", "right"]), "left"),
  }),
  examples: [{ title: "One" }, { title: "Two", side: "right" }],
  render({ title = "", tint }, card) {
    ${before}
    const backgroundColor = tint ? "#" + tint : card.theme === "dark" ? "#000000" : "${color}";
    const { width, height } = card.size;
    return <div style={{ display: "flex", flexDirection: "column" }}><div style={{ display: "flex", width, height, padding: 60, fontSize: 90, backgroundColor, ${more} }}>{title}</div></div>;
  },
});
`;

const save = (code: string) => writeFile(join(server.folder, "plugins.d", "sheet.tsx"), code);

/** Opens the page with the template of this test. What should not happen is kept: errors, and requests to other hosts. */
async function openPage(page: Page, hash = "#sheet") {
  const complaints = watchPage(page, server.address);
  await page.goto(`${server.address}/templates${hash}`);
  await expect(page.locator("#stage img").first()).toBeVisible();
  return complaints;
}

/** The colour at the upper left of a picture, as `r,g,b`. */
const colorOf = (page: Page, theme: "light" | "dark") =>
  page.locator(`figure.${theme} img`).evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    return [...(context?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3).join();
  });

test("/templates shows a template in light and dark as soon as it is there, and each save of it", async ({ page }) => {
  const complaints = await openPage(page, "");
  await save(painted("#ff0000"));
  await page.getByRole("link", { name: "sheet" }).click();
  await expect(page.getByRole("heading", { name: "sheet" })).toBeVisible();
  await expect.poll(() => colorOf(page, "light")).toBe("255,0,0");
  expect(await colorOf(page, "dark")).toBe("0,0,0");
  await page.getByLabel("title").fill("Typed");
  await save(painted("#00ff00"));
  await expect.poll(() => colorOf(page, "light")).toBe("0,255,0");
  await expect(page.getByLabel("title")).toHaveValue("Typed");
  await expect(page.getByLabel("title")).toBeFocused();
  await expect(page.locator("#remarks")).toContainText("Nothing to remark");
  expect(complaints).toEqual([]);
});

test("/templates draws what is typed, chosen and switched, and copies the URL of it", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await save(painted("#ff0000"));
  const complaints = await openPage(page);
  await expect(page.getByLabel("title")).toHaveValue("One");
  const before = await page.locator("figure.light img").getAttribute("src");
  const answer = page.waitForResponse((response) => response.url().includes("title=Hello+you"));
  await page.getByLabel("title").fill("Hello you");
  expect((await answer).status()).toBe(200);
  await expect(page.locator("figure.light img")).not.toHaveAttribute("src", before ?? "");
  await expect(page.locator("#form output").first()).toHaveText("9 / 20");
  await page.getByLabel("tint", { exact: true }).fill("0000ff");
  await expect.poll(() => colorOf(page, "light")).toBe("0,0,255");
  await expect(page.getByLabel("tint, by eye")).toHaveValue("#0000ff");
  await page.getByLabel("side").selectOption("right");
  await page.getByRole("radio", { name: "Both" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("#stage figure")).toHaveCount(1);
  await page.getByRole("radio", { name: "600" }).check();
  await expect(page.locator("figure.dark figcaption")).toContainText("600 × 315");
  await expect(page.locator("#url")).toHaveValue(/og-image\/sheet\?w=600&/);
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied.origin).toBe(server.address);
  expect(copied.pathname).toBe("/og-image/sheet");
  const query = Object.fromEntries(copied.searchParams);
  expect(query).toEqual({ title: "Hello you", tint: "0000ff", side: "right", theme: "dark", w: "600" });
  expect((await page.request.get(copied.href)).headers()["content-type"]).toBe("image/png");
  await page.reload();
  await expect(page.getByLabel("title")).toHaveValue("Hello you");
  await page.getByRole("button", { name: "Example 2" }).click();
  await expect(page.getByLabel("title")).toHaveValue("Two");
  expect(complaints).toEqual([]);
});

test("/templates says what is odd, wrong and broken", async ({ page }) => {
  await save(painted("#ff0000", 'backdropFilter: "none"'));
  await openPage(page);
  const remarks = page.locator("#remarks");
  await expect(remarks).toContainText('style property "backdropFilter"');
  await page.getByLabel("title").fill("ⴰⵣⵓⵍ");
  await expect(remarks).toContainText("“ⴰ”");
  await page.getByLabel("title").fill("more than twenty characters are too many");
  await expect(remarks).toContainText('bad-parameter "title" got "more than');
  await page.getByLabel("title").fill("Fine");
  await expect(remarks).not.toContainText("bad-parameter");
  await save(painted("#ff0000", "", 'throw new Error("out of paint");'));
  await expect(remarks).toContainText("template-failed");
  await expect(remarks).toContainText("out of paint");
  await save(painted("#ff0000").replace("export default", "export defalt"));
  await expect(page.locator("#live")).toContainText("cannot be loaded");
  await save(painted("#0000ff"));
  await expect.poll(() => colorOf(page, "light")).toBe("0,0,255");
  await expect(page.locator("#live")).toHaveText("Live");
});

test("/templates fits a telephone and follows the page's scheme", async ({ page }) => {
  await save(painted("#ff0000"));
  await page.setViewportSize({ width: 320, height: 640 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await openPage(page);
    const [text, paper, width] = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      const [ink, ground] = [color, backgroundColor].map((each) => Number(/\d+/.exec(each)?.[0]));
      return [ink, ground, document.documentElement.scrollWidth];
    });
    expect((text ?? 0) > (paper ?? 0)).toBe(colorScheme === "dark");
    expect(width).toBe(320);
  }
});

test("/templates does without /health where a proxy keeps that to itself, and does not ask for it again and again", async ({
  page,
}) => {
  await save(painted("#ff0000"));
  let asked = 0;
  await page.route("**/health", (route) => {
    asked += 1;
    return route.fulfill({ status: 403, contentType: "text/html", body: "<h1>403 Forbidden</h1>" });
  });
  await page.clock.install();
  await page.goto(`${server.address}/templates#sheet`);
  await expect(page.locator("#stage img").first()).toBeVisible();
  await page.clock.runFor(1000);
  await expect(page.locator("#live")).toHaveText("Reload to see saves");
  await page.clock.runFor(10_000);
  expect(asked).toBe(1);
});

test("/templates asks for the admin token where only operators may see it, and signs for them", async ({ page }) => {
  const token = "an-operators-token-of-some-length";
  const own = { CAMEO_ROUTES_TEMPLATES_ACCESS: "operators", CAMEO_MOUNTS_OG_IMAGE_SIGN: "required" };
  const closed = await startServer({ CAMEO_ADMIN_TOKEN: token, ...own });
  try {
    await page.goto(`${closed.address}/templates`);
    await page.getByLabel("Admin token").fill("a guess");
    await page.keyboard.press("Enter");
    await page.getByLabel("Admin token").fill(token);
    await page.keyboard.press("Enter");
    await expect(page.locator("#stage img").first()).toBeVisible();
    await expect(page.getByRole("heading", { name: "card", exact: true })).toBeVisible();
    await expect(page.locator("#url")).toHaveValue(/[?&]sig=/);
    const url = await page.locator("#url").inputValue();
    expect((await page.request.get(url)).status()).toBe(200);
    expect((await page.request.get(url.replace("title=", "title=Other+"))).status()).toBe(403);
  } finally {
    await closed.stop();
  }
});

test("/templates says which setting names the mount that draws, where there is none of this name", async ({ page }) => {
  const other = await startServer({ CAMEO_ROUTES_TEMPLATES_MOUNT: "covers" });
  try {
    await page.goto(`${other.address}/templates`);
    await expect(page.locator("#remarks")).toContainText("routes.templates.mount");
  } finally {
    await other.stop();
  }
});
