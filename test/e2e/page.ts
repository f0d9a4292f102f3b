/** What the tests of pages share. */
import type { Page } from "@playwright/test";

/** Keeps what should not happen on a page: errors in its console, and requests to other hosts than `address`. */
export function watchPage(page: Page, address: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(`${address}/`)) complaints.push(`asked for ${url}`);
  });
  return complaints;
}
