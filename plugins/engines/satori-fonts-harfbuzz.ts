/**
 * HarfBuzz, which satori also shapes with, so that what is measured is what is drawn; and its subsetter, which makes one weight of a variable font.
 * Both are called without JavaScript in between: https://harfbuzz.github.io
 */
import type { WorkerHost } from "cameo/plugin";

type Pointer = number;
type Call = (...values: number[]) => number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly [name: string]: Call | WebAssembly.Memory | undefined;
}

/** A font that shapes. */
export interface ShapeFont {
  /** Glyphs in visual order, advances in the font's units. */
  shape(text: string): readonly ShapedGlyph[];
  free(): void;
}

export interface ShapedGlyph {
  readonly glyph: number;
  /** Index into the text of the character that it stands for. */
  readonly cluster: number;
  readonly advance: number;
}

export interface Harfbuzz {
  /** `sfnt` may lack outlines. */
  font(sfnt: Uint8Array): ShapeFont;
  /** One weight of a variable font, as a plain TTF. Other axes stay where they are by default. */
  pinWeight(sfnt: Uint8Array, weight: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes of a record in HarfBuzz's arrays of glyphs and of positions. */
const recordBytes = 20;

export async function openHarfbuzz(host: Pick<WorkerHost, "wasm">): Promise<Harfbuzz> {
  const lib = await instantiate(await host.wasm("harfbuzzjs/hb.wasm"));
  let subsetter: Promise<Library> | undefined;
  return {
    font: (sfnt) => openFont(lib, sfnt),
    async pinWeight(sfnt, weight) {
      subsetter ??= host.wasm("harfbuzzjs/hb-subset.wasm").then(instantiate);
      return pin(await subsetter, sfnt, weight);
    },
  };
}

interface Library {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...values: number[]): number;
  /** Copies bytes in; to be freed. */
  put(bytes: Uint8Array): Pointer;
}

async function instantiate(module: WebAssembly.Module): Promise<Library> {
  let memory: WebAssembly.Memory | undefined;
  const nothing = () => 0;
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: { proc_exit: nothing },
    env: {
      _emscripten_runtime_keepalive_clear: nothing,
      _abort_js: () => {
        throw new Error("HarfBuzz gave up");
      },
      _setitimer_js: nothing,
      emscripten_resize_heap: (bytes: number) => (memory && grow(memory, bytes) ? 1 : 0),
    },
  });
  const exports = instance.exports as unknown as Exports;
  memory = exports.memory;
  (exports.__wasm_call_ctors as Call | undefined)?.();
  (exports._initialize as Call | undefined)?.();
  return library(exports);
}

function library(exports: Exports): Library {
  const call = (name: string, ...values: number[]): number => (exports[name] as Call)(...values);
  return {
    memory: exports.memory,
    call,
    put(bytes) {
      const at = call("malloc", bytes.length);
      if (at === 0) throw new Error("HarfBuzz is out of memory");
      new Uint8Array(exports.memory.buffer).set(bytes, at);
      return at;
    },
  };
}

function grow(memory: WebAssembly.Memory, bytes: number): boolean {
  try {
    memory.grow(Math.max(1, Math.ceil((bytes - memory.buffer.byteLength) / 65536)));
    return true;
  } catch {
    return false;
  }
}

/** Of a font's bytes; HarfBuzz keeps a copy of its own (mode 0). */
function createFace(lib: Library, sfnt: Uint8Array): Pointer {
  const at = lib.put(sfnt);
  const blob = lib.call("hb_blob_create", at, sfnt.length, 0, 0, 0);
  lib.call("free", at);
  const face = lib.call("hb_face_create", blob, 0);
  lib.call("hb_blob_destroy", blob);
  return face;
}

function openFont(lib: Library, sfnt: Uint8Array): ShapeFont {
  const face = createFace(lib, sfnt);
  const font = lib.call("hb_font_create", face);
  lib.call("hb_face_destroy", face);
  return { shape: (text) => shape(lib, font, text), free: () => void lib.call("hb_font_destroy", font) };
}

function shape(lib: Library, font: Pointer, text: string): ShapedGlyph[] {
  const buffer = lib.call("hb_buffer_create");
  const units = Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  const at = lib.put(new Uint8Array(units.buffer));
  lib.call("hb_buffer_add_utf16", buffer, at, text.length, 0, text.length);
  lib.call("free", at);
  lib.call("hb_buffer_guess_segment_properties", buffer);
  lib.call("hb_shape", font, buffer, 0, 0);
  const glyphs = readGlyphs(lib, buffer);
  lib.call("hb_buffer_destroy", buffer);
  return glyphs;
}

function readGlyphs(lib: Library, buffer: Pointer): ShapedGlyph[] {
  const count = lib.call("hb_buffer_get_length", buffer);
  const infos = lib.call("hb_buffer_get_glyph_infos", buffer, 0);
  const positions = lib.call("hb_buffer_get_glyph_positions", buffer, 0);
  const view = new DataView(lib.memory.buffer);
  return Array.from({ length: count }, (_, index) => ({
    glyph: view.getUint32(infos + index * recordBytes, true),
    cluster: view.getUint32(infos + index * recordBytes + 8, true),
    advance: view.getInt32(positions + index * recordBytes, true),
  }));
}

/** The tag `wght`. */
const weightAxis = 0x77676874;

function pin(lib: Library, sfnt: Uint8Array, weight: number): Uint8Array<ArrayBuffer> {
  const face = createFace(lib, sfnt);
  const input = lib.call("hb_subset_input_create_or_fail");
  lib.call("hb_subset_input_keep_everything", input);
  lib.call("hb_subset_input_pin_all_axes_to_default", input, face);
  lib.call("hb_subset_input_pin_axis_location", input, face, weightAxis, weight);
  const result = lib.call("hb_subset_or_fail", face, input);
  lib.call("hb_subset_input_destroy", input);
  lib.call("hb_face_destroy", face);
  if (result === 0) throw new Error("cannot be drawn in another weight");
  const blob = lib.call("hb_face_reference_blob", result);
  const at = lib.call("hb_blob_get_data", blob, 0);
  const pinned = new Uint8Array(lib.memory.buffer).slice(at, at + lib.call("hb_blob_get_length", blob));
  lib.call("hb_blob_destroy", blob);
  lib.call("hb_face_destroy", result);
  return pinned;
}
