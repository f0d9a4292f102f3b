/**
 * `cameo/testing`: what the test of a plugin needs. The suites register their tests with `node:test`, which Bun and Deno run:
 *
 *     import { createHost, images, testSource } from "cameo/testing";
 *     import plugin from "./gitlab.ts";
 *
 *     testSource(plugin, {
 *       ref: "ada@example.com",
 *       host: createHost({ answers: { "https://gitlab.com/ada.png": new Response(images.png()) } }),
 *     });
 */
import { test } from "node:test";
import type { Plugin, PluginOf } from "./plugin.ts";
import type { Check } from "./testing/check.ts";
import { type EngineSubject, engineChecks } from "./testing/engine.ts";
import { type GateSubject, gateChecks, type RouteSubject, routeChecks } from "./testing/server.ts";
import { type SourceSubjects, sourceChecks } from "./testing/source.ts";
import { type StoreSubject, storeChecks } from "./testing/store.ts";
import { type TemplateSubject, templateChecks } from "./testing/template.ts";
import { type ThemeSubject, themeChecks } from "./testing/theme.ts";
import { type TransformSubject, transformChecks } from "./testing/transform.ts";

export { hasCode } from "./testing/check.ts";
export type { EngineSubject } from "./testing/engine.ts";
export { type Answer, type Call, createHost, type TestHost, type TestHostOptions } from "./testing/host.ts";
export * as images from "./testing/images.ts";
export { createPicture } from "./testing/picture.ts";
export { type GateSubject, type RouteSubject, visitOf } from "./testing/server.ts";
export { loadContext, loadOriginal, type SourceSubject, setupSource } from "./testing/source.ts";
export type { StoreSubject } from "./testing/store.ts";
export { createCard, renderTree, type TemplateSubject } from "./testing/template.ts";
export { adaptTo, type ThemeSubject } from "./testing/theme.ts";
export { applyTo, parametersOf, type TransformSubject } from "./testing/transform.ts";

/** Tests a source. A function makes a fresh subject for each test. */
export function testSource(plugin: PluginOf<"source">, subject: SourceSubjects = {}): void {
  register(plugin, sourceChecks(plugin, subject));
}

/** Tests a transform on pictures in memory. */
export function testTransform(plugin: PluginOf<"transform">, subject: TransformSubject = {}): void {
  register(plugin, transformChecks(plugin, subject));
}

/** Tests a strategy for `theme=` on pictures in memory. */
export function testTheme(plugin: PluginOf<"theme">, subject: ThemeSubject = {}): void {
  register(plugin, themeChecks(plugin, subject));
}

/** Tests a template by its examples, without drawing it. */
export function testTemplate(plugin: PluginOf<"template">, subject: TemplateSubject = {}): void {
  register(plugin, templateChecks(plugin, subject));
}

/** Tests a store. A function makes a fresh, empty one for each test. */
export function testStore(
  plugin: PluginOf<"store">,
  subject: StoreSubject | (() => StoreSubject | Promise<StoreSubject>) = {},
): void {
  register(plugin, storeChecks(plugin, typeof subject === "function" ? subject : () => subject));
}

/** Tests an engine on tiny images. */
export function testEngine(plugin: PluginOf<"engine">, subject: EngineSubject = {}): void {
  register(plugin, engineChecks(plugin, subject));
}

/** Tests what can be known of a route. */
export function testRoute(plugin: PluginOf<"route">, subject: RouteSubject = {}): void {
  register(plugin, routeChecks(plugin, subject));
}

/** Tests a gate. */
export function testGate(plugin: PluginOf<"gate">, subject: GateSubject = {}): void {
  register(plugin, gateChecks(plugin, subject));
}

function register({ kind, name }: Plugin, checks: readonly Check[]): void {
  for (const { claim, run } of checks) test(`${kind}.${name} ${claim}`, async () => run());
}
