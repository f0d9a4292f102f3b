/** Hostile fixtures for one engine: the right code, and the next good image is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import type { InputFormat } from "../../../core/image.ts";
import type { EngineInstance } from "../../../core/plugin.ts";
import { sniffFormat } from "../../../core/work/sniff.ts";
import { decodeDefaults } from "../../contract/engine.ts";
import { fixture, type GoodName, goodFixture, hostile, hostileNames } from "../../fixtures/fixture.ts";
import type { Hostile } from "../../fixtures/recipe.ts";

/** Few frames: a bomb of frames is then harmless, or refused. */
const limits = { ...decodeDefaults, maxFrames: 8 };

/** Registers a test for each hostile file that `isMine` names. What is no image by its first bytes never reaches an engine. */
export function hostileContract(
  name: string,
  engine: () => Promise<EngineInstance>,
  isMine: (name: string) => boolean,
  good: GoodName,
): void {
  for (const each of hostileNames) {
    const { code, or = [], why }: Hostile = hostile[each];
    if (!isMine(each) || code === "unsupported-type") continue;
    test(`${name}.decode() answers ${[code, ...or].join(" or ")} to ${each}: ${why}`, async () => {
      const body = await fixture(each);
      const format = sniffFormat(body);
      assert.ok(format);
      const instance = await engine();
      const answer = await answerTo(instance, body, format);
      assert.ok([code, ...or].includes(answer), answer);
      (await instance.decode(await fixture(good), { ...limits, format: goodFixture(good).format })).dispose();
    });
  }
}

async function answerTo(engine: EngineInstance, body: Uint8Array, format: InputFormat): Promise<Hostile["code"]> {
  try {
    (await engine.decode(body, { ...limits, format })).dispose();
    return "ok";
  } catch (error) {
    if (error instanceof CameoError) return error.code;
    throw error;
  }
}
