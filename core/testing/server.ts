/** What every route and every gate must do. */
import assert from "node:assert/strict";
import type { GateInstance, PluginOf, RouteHost, RouteInstance, Upload, Visit } from "../plugin.ts";
import { assertFailure, type Check, commonChecks, optionsOf } from "./check.ts";
import { createHost } from "./host.ts";
import { png } from "./images.ts";

export interface RouteSubject {
  /** As in the settings. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly host?: RouteHost;
}

export interface GateSubject {
  /** As in the settings. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly host?: RouteHost;
  /** A visit that passes. Default: a `GET` of an image by 192.0.2.1. */
  readonly visit?: Visit;
}

/** A small picture. */
const upload: Upload = { body: png(), type: "image/png", width: 4, height: 3, user: "0".repeat(64), rating: "g" };

/** A visit, with what a test wants to be different. */
export const visitOf = (own: Partial<Visit> = {}): Visit => ({
  method: "GET",
  path: "/images/photo.jpg",
  headers: new Headers(),
  client: "192.0.2.1",
  ...own,
});

const pathShape = /^(\/(:?[a-z0-9][\w.-]*))+$/i;

/** The checks for a route. Nothing is asked of its endpoints, since what they do is not known. */
export function routeChecks(plugin: PluginOf<"route">, { options, host = createHost() }: RouteSubject = {}): Check[] {
  const check = (claim: string, run: (route: RouteInstance) => void): Check => ({
    claim,
    async run() {
      const route = await plugin.setup(optionsOf(plugin, options), host);
      run(route);
      await route.dispose?.();
    },
  });
  return [
    ...commonChecks(plugin),
    check("has endpoints under paths that can be served", ({ endpoints }) => {
      assert.ok(endpoints.length > 0, "it has no endpoint");
      for (const { path, method, handle } of endpoints) {
        assert.match(path, pathShape, "a path is like /tools/:name");
        assert.ok(["GET", "POST", "PUT", "DELETE"].includes(method), `${method} is no method that Cameo serves`);
        assert.equal(typeof handle, "function");
      }
    }),
    check("has no two endpoints in one place", ({ endpoints }) => {
      const places = endpoints.map(({ method, path }) => `${method} ${path.replace(/:[^/]+/g, ":")}`);
      assert.equal(new Set(places).size, places.length, places.join(", "));
    }),
  ];
}

/** The checks for a gate. */
export function gateChecks(
  plugin: PluginOf<"gate">,
  { options, host = createHost(), visit = visitOf() }: GateSubject = {},
): Check[] {
  const check = (claim: string, run: (gate: GateInstance) => Promise<void>): Check => ({
    claim,
    async run() {
      const gate = await plugin.setup(optionsOf(plugin, options), host);
      await run(gate);
      await gate.dispose?.();
    },
  });
  return [
    ...commonChecks(plugin),
    check("lets an ordinary visit pass", async (gate) => gate.check(visit)),
    check("moderates, if it does, with a verdict that there is", async (gate) => {
      const verdict = (await gate.moderate?.(upload)) ?? null;
      const isReason = typeof verdict === "object" && typeof verdict?.reject === "string";
      assert.ok(verdict === null || verdict === "accept" || verdict === "hold" || isReason, "this is no verdict");
    }),
    check("says why by host.fail when it refuses", async (gate) => {
      const odd = [{ client: undefined }, { path: "/" }, { method: "DELETE" }];
      for (const own of [...odd, ...Array<Partial<Visit>>(200).fill({})]) {
        await (async () => gate.check({ ...visit, ...own }))().catch(assertFailure);
      }
    }),
  ];
}
