/** The few SVG shapes that the avatars are made of, on a square of 512. */

export const sidePx = 512;

/** A whole picture. */
export const svg = (...parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${sidePx} ${sidePx}">${parts.join("")}</svg>`;

export const fillAll = (color: string): string => rect(0, 0, sidePx, sidePx, 0, color);

export const circle = (x: number, y: number, radius: number, color: string): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${color}"/>`;

export const ellipse = (x: number, y: number, radiusX: number, radiusY: number, color: string): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${radiusX}" ry="${radiusY}" fill="${color}"/>`;

export function rect(x: number, y: number, width: number, height: number, radius: number, color: string): string {
  const corner = radius > 0 ? ` rx="${radius}"` : "";
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}"${corner} fill="${color}"/>`;
}

export const path = (d: string, color: string): string => `<path d="${d}" fill="${color}"/>`;

/** A line with round ends. */
export const line = (d: string, color: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const move = (part: string, x: number, y: number): string => `<g transform="translate(${x} ${y})">${part}</g>`;

/** About the middle of the square. */
export const turn = (part: string, degrees: number): string => `<g transform="rotate(${degrees} 256 256)">${part}</g>`;

/** What is drawn on the left, on the right. */
export const flip = (part: string): string => `<g transform="matrix(-1 0 0 1 ${sidePx} 0)">${part}</g>`;

/** What is drawn on the left, on both sides. */
export const pair = (part: string): string => (part ? part + flip(part) : "");
