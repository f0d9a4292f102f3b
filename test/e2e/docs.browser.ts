import { expect, type Page, test } from "@playwright/test";
import { watchPage } from "./page.ts";
import { findChromium } from "./playwright.config.ts";
import { type Server, startServer } from "./server.ts";

test.skip(findChromium() === undefined, "There is no Chromium; name one in CAMEO_CHROMIUM.");

let server: Server;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server?.stop());

/** Opens the page and keeps what should not happen: errors in the console and requests to other hosts. */
async function openDocs(page: Page, hash = "") {
  const complaints = watchPage(page, server.address);
  await page.goto(`${server.address}/docs${hash}`);
  await expect(page.getByText("/images/{ref}").first()).toBeVisible();
  return complaints;
}

test("/docs sends a request for an image and shows it", async ({ page }) => {
  const complaints = await openDocs(page);
  const operation = page.locator(".opblock-get", { has: page.locator('[data-path="/images/{ref}"]') });
  await operation.locator(".opblock-summary").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.locator('tr[data-param-name="ref"] input').fill("landscape.jpg");
  await operation.locator('tr[data-param-name="width"] input').fill("120");
  const answer = page.waitForResponse((response) => response.url().includes("/images/landscape.jpg"));
  await operation.getByRole("button", { name: "Execute" }).click();
  const response = await answer;
  expect(response.status()).toBe(200);
  expect(response.url()).toBe(`${server.address}/images/landscape.jpg?width=120`);
  await expect(operation.locator(".live-responses-table .response-col_status").last()).toHaveText(/200/);
  const image = operation.locator(".live-responses-table img");
  await expect(image).toBeVisible();
  await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(120);
  expect(complaints).toEqual([]);
});

test("/docs shows the problem document of a bad request", async ({ page }) => {
  await openDocs(page);
  const operation = page.locator(".opblock-get", { has: page.locator('[data-path="/images/{ref}"]') });
  await operation.locator(".opblock-summary").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.locator('tr[data-param-name="ref"] input').fill("no/such.jpg");
  await operation.getByRole("button", { name: "Execute" }).click();
  await expect(operation.locator(".live-responses-table")).toContainText("not-found");
});

test("/docs opens the row of an error code that the URL names", async ({ page }) => {
  const complaints = await openDocs(page, "#bad-parameter");
  const row = page.locator("tr#bad-parameter");
  await expect(row).toBeVisible();
  await expect(row).toBeInViewport();
  await page.evaluate(() => {
    location.hash = "#too-slow";
  });
  await expect(page.locator("tr#too-slow")).toBeInViewport();
  expect(complaints).toEqual([]);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`/docs follows a ${colorScheme} page`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openDocs(page);
    const [text, paper] = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return [color, backgroundColor].map((each) => Number(/\d+/.exec(each)?.[0]));
    });
    expect((text ?? 0) > (paper ?? 0)).toBe(colorScheme === "dark");
  });
}
