/**
 * The moving sample: beads on three rings around a stone. A third of a turn brings each bead to the next one's
 * place, so it loops.
 */
import type { Photo } from "./film.ts";
import { clamp } from "./noise.ts";

const sidePx = 320;
const frameCount = 36;
const samples = 3;

interface Ball {
  readonly x: number;
  readonly y: number;
  /** Towards the viewer. */
  readonly z: number;
  readonly radius: number;
  readonly color: readonly [number, number, number];
}

type Color = Ball["color"];

const stone: Color = [30, 98, 114];
const gold: Color = [214, 160, 70];
const wire: Color = [176, 128, 58];
const ivory: Color = [246, 230, 208];
const coral: Color = [222, 110, 88];

interface Ring {
  readonly radius: number;
  /** Tilt towards the viewer and to the side, in radians. */
  readonly tilt: number;
  readonly roll: number;
  readonly direction: 1 | -1;
  readonly beads: Color;
}

const rings: readonly Ring[] = [
  { radius: 86, tilt: 1.18, roll: 0.12, direction: 1, beads: ivory },
  { radius: 112, tilt: 1.05, roll: -0.75, direction: -1, beads: coral },
  { radius: 134, tilt: 1.22, roll: 0.72, direction: 1, beads: gold },
];

const eye = 620;

/** A ball on a ring, with perspective. */
function place({ radius, tilt, roll }: Ring, angle: number, size: number, color: Color): Ball {
  const [flatX, flatY, z] = [
    Math.cos(angle) * radius,
    Math.sin(angle) * radius * Math.cos(tilt),
    Math.sin(angle) * radius * Math.sin(tilt),
  ];
  const near = eye / (eye - z);
  const x = (flatX * Math.cos(roll) - flatY * Math.sin(roll)) * near;
  const y = (flatX * Math.sin(roll) + flatY * Math.cos(roll)) * near;
  return { x, y, z, radius: size * near, color };
}

function scene(turn: number): Ball[] {
  const third = (2 * Math.PI) / 3;
  const dots = rings.flatMap((ring) =>
    Array.from({ length: 420 }, (_, index) => place(ring, (index / 420) * 2 * Math.PI, 1.35, wire)),
  );
  const beads = rings.flatMap((ring) =>
    [0, 1, 2].map((each) => place(ring, (each + turn * ring.direction) * third + ring.radius, 14, ring.beads)),
  );
  return [{ x: 0, y: 0, z: 0, radius: 58, color: stone }, ...dots, ...beads];
}

/** All frames, of which each pixel is opaque or nothing. */
export function orbit(): Photo[] {
  return Array.from({ length: frameCount }, (_, index) => draw(scene(index / frameCount)));
}

function draw(balls: readonly Ball[]): Photo {
  const side = sidePx * samples;
  const depth = new Float32Array(side * side).fill(Number.NEGATIVE_INFINITY);
  const color = new Float32Array(side * side * 3);
  for (const ball of balls) paintBall(ball, side, depth, color);
  return shrink(side, depth, color);
}

function paintBall(ball: Ball, side: number, depth: Float32Array, color: Float32Array): void {
  const [centerX, centerY, radius] = [side / 2 + ball.x * samples, side / 2 + ball.y * samples, ball.radius * samples];
  for (let y = Math.floor(centerY - radius); y <= centerY + radius; y++) {
    for (let x = Math.floor(centerX - radius); x <= centerX + radius; x++) {
      const [across, down] = [(x + 0.5 - centerX) / radius, (y + 0.5 - centerY) / radius];
      const out = 1 - across * across - down * down;
      const z = ball.z + Math.sqrt(Math.max(0, out)) * ball.radius;
      const at = y * side + x;
      if (out <= 0 || z <= (depth[at] as number)) continue;
      depth[at] = z;
      color.set(shade(ball, across, down, Math.sqrt(out)), at * 3);
    }
  }
}

/** Light from the upper left, a gleam, and a little light from below. */
function shade({ color }: Ball, x: number, y: number, z: number): Color {
  const light = clamp(-0.5 * x - 0.62 * y + 0.6 * z);
  const gleam = clamp(-0.36 * x - 0.44 * y + 0.82 * z) ** 48 * 190;
  const rim = clamp(0.5 * x + 0.7 * y) * (1 - z) * 70;
  const tone = (channel: number): number => (color[channel] ?? 0) * (0.24 + 0.9 * light) + gleam + rim;
  return [tone(0), tone(1), tone(2)];
}

/** Averages the covered samples of each pixel; a pixel that is less than half covered is nothing. */
function shrink(side: number, depth: Float32Array, color: Float32Array): Photo {
  const data = new Uint8ClampedArray(sidePx * sidePx * 4);
  for (let at = 0; at < sidePx * sidePx; at++) {
    const start = Math.floor(at / sidePx) * samples * side + (at % sidePx) * samples;
    const places = Array.from(
      { length: samples ** 2 },
      (_, n) => start + Math.floor(n / samples) * side + (n % samples),
    );
    const covered = places.filter((each) => depth[each] !== Number.NEGATIVE_INFINITY);
    if (covered.length * 2 < places.length) continue;
    const mean = (channel: number): number =>
      covered.reduce((sum, each) => sum + (color[each * 3 + channel] as number), 0) / covered.length;
    data.set([mean(0), mean(1), mean(2), 255], at * 4);
  }
  return { width: sidePx, height: sidePx, data };
}
