/** The project's sign: a cameo, that is an oval brooch with a head in relief. As SVG, 400×500, nothing around it. */

const center = { x: 200, y: 250 };

/** Head and bust, facing left, in one line from the crown over face, chest and back. */
const head = [
  "M214 88",
  "C180 82 152 94 146 112",
  "C144 119 147 123 150 126",
  "C144 138 141.500 150 141.500 160",
  "C141.500 168 143 173 142 179",
  "C140 188 131 199 125.500 207.500",
  "C123 211.500 124.500 215 129 216.500",
  "C132 217.500 134.500 218 134.500 220.500",
  "C134.500 223.500 130 226 129.500 229.500",
  "C129.300 232 132.500 233.500 135 234.500",
  "C132.500 236 130.500 238.500 131 241.500",
  "C131.600 245 136 246.500 136.500 250.500",
  "C137 255 132.500 259 134 266",
  "C135.800 274 144 279.500 154 279",
  "C163 278.500 171 274.500 178 275.500",
  "C184 276.500 186 284 186 294",
  "C186 309 180 321 166 330",
  "C152 339 136 343 127 352",
  "C146 374 175 386 208 386",
  "C243 386 272 373 289 351",
  "C277 340 258 336 246 325",
  "C235 315 231 300 233 286",
  "C234 277 238 270 244 263",
  "C256 268 274 262 282 247",
  "C291 229 286 207 272 199",
  "C277 183 277 162 271 143",
  "C262 113 242 93 214 88Z",
].join(" ");

/** The hair, from its line at the forehead over the ear to the nape. */
const hair = [
  "M150 126C144 119 144 113 146 108C152 92 180 80 214 86C244 91 264 113 273 143C279 164 278 186 274 200",
  "C268 230 256 262 242 266C226 268 214 254 208 240C202 228 200 216 199 204C188 200 180 190 176 176",
  "C172 160 164 142 150 126Z",
].join("");

/** The line from the forehead to the ear, where the locks begin. */
const hairline = [
  [151, 126],
  [158, 136],
  [164, 147],
  [169, 158],
  [173, 169],
  [177, 180],
  [184, 191],
  [194, 201],
] as const;

/** Each lock leaves the hairline upwards, follows the skull and ends in the knot. */
const locks = [
  ...hairline.map(([x, y], index) => {
    const along = index / (hairline.length - 1);
    const [endX, endY] = [262 - along * 18, 198 + along * 34];
    return `M${x} ${y}C${x + 18} ${y - 26 + along * 8} ${236 - along * 14} ${128 + along * 62} ${endX} ${endY}`;
  }),
  "M148 115C164 93 206 88 234 112C254 130 266 160 270 192",
  "M158 105C184 90 222 96 244 120C258 137 268 160 272 184",
  "M200 210C206 226 216 244 236 256",
  "M206 207C212 220 222 234 240 244",
];
const ribbon = [
  "M188 88C192 104 200 116 214 126C226 136 246 144 270 148",
  "M200 86C204 98 212 108 224 116C236 124 252 131 268 134",
];
const knot = [
  "M247 212C256 201 271 203 277 215C283 229 277 246 264 252C252 256 241 248 240 236C239 227 242 218 247 212Z",
  "M251 220C257 212 267 214 270 223C273 233 268 243 260 245C253 246 248 241 248 234",
  "M256 227C260 223 265 227 264 232C263 236 259 238 257 236",
];
const neckShade = [
  "M158 280C172 274 186 276 190 296C192 316 182 330 160 342L250 350",
  "C226 326 224 296 236 262C222 272 196 286 158 280Z",
].join("");
const gleam = "M64 196C76 128 124 76 190 68C150 92 110 140 92 214C80 222 62 216 64 196Z";
const ear = "M190 196C198 195 202 203 201 212C200 220 195 226 191 224C188 221 190 215 188 210C186 204 186 198 190 196Z";
const features = [
  "M147 184C151 189 159 189 165 183",
  "M146 168C152 164 161 165 167 170",
  "M131 234.500C136 233 140 234.500 143 237",
  "M134 216.500C135 211.500 141 210.500 143 215",
];
const drape = [
  "M146 341C172 352 208 350 250 329",
  "M136 351C170 366 222 364 268 340",
  "M160 366C190 374 236 372 276 350",
];

/** Points at equal distances on an ellipse. */
function around(count: number, radiusX: number, radiusY: number): readonly (readonly [number, number])[] {
  const fine = 7200;
  const at = (step: number): readonly [number, number] => {
    const angle = (step / fine) * 2 * Math.PI;
    return [center.x + radiusX * Math.sin(angle), center.y - radiusY * Math.cos(angle)];
  };
  const lengths = [0];
  for (let step = 1; step <= fine; step++) {
    const [[x, y], [beforeX, beforeY]] = [at(step), at(step - 1)];
    lengths.push((lengths[step - 1] ?? 0) + Math.hypot(x - beforeX, y - beforeY));
  }
  const whole = lengths[fine] ?? 1;
  return Array.from({ length: count }, (_, index) =>
    at(lengths.findIndex((length) => length >= (index * whole) / count)),
  );
}

const oval = (radiusX: number, radiusY: number, paint: string): string =>
  `<ellipse cx="${center.x}" cy="${center.y}" rx="${radiusX}" ry="${radiusY}" ${paint}/>`;
const lines = (paths: readonly string[], paint: string): string =>
  `<g fill="none" stroke-linecap="round" ${paint}>${paths.map((d) => `<path d="${d}"/>`).join("")}</g>`;

type Stop = readonly [offset: number, color: string, opacity?: number];

const gradient = (kind: "linear" | "radial", id: string, place: string, ...stops: readonly Stop[]): string =>
  `<${kind}Gradient id="${id}" ${place}>${stops.map(stop).join("")}</${kind}Gradient>`;
const stop = ([offset, color, opacity = 1]: Stop): string =>
  `<stop offset="${offset}" stop-color="${color}"${opacity === 1 ? "" : ` stop-opacity="${opacity}"`}/>`;

const goldStops: readonly Stop[] = [
  [0, "#fff3c4"],
  [0.22, "#e9bf62"],
  [0.45, "#a8712a"],
  [0.62, "#f3d488"],
  [0.82, "#b57d30"],
  [1, "#6f4516"],
];
const beadStops: readonly Stop[] = [
  [0, "#fffbe6"],
  [0.3, "#f0cd7d"],
  [0.75, "#a76f28"],
  [1, "#5d3a12"],
];

const gradients = [
  gradient("linear", "gold", 'x1="0" y1="0" x2="1" y2="1"', ...goldStops),
  gradient("linear", "rim", 'x1="1" y1="1" x2="0" y2="0"', [0, "#fbe6a9"], [0.4, "#c08a39"], [1, "#6b4315"]),
  gradient("radial", "bead", 'cx=".36" cy=".3" r=".8"', ...beadStops),
  gradient("radial", "stone", 'cx=".38" cy=".3" r=".85"', [0, "#3b7f8b"], [0.5, "#1d5160"], [1, "#0b2833"]),
  gradient("linear", "ivory", 'x1=".1" y1=".1" x2=".9" y2="1"', [0, "#fffaf0"], [0.45, "#f6e7d0"], [1, "#d3b08c"]),
  gradient("linear", "tress", 'x1="0" y1="0" x2=".8" y2="1"', [0, "#fbeedb"], [0.5, "#ead0b0"], [1, "#c39a74"]),
  gradient("linear", "gleam", 'x1=".2" y1="0" x2=".6" y2="1"', [0, "#fff", 0.34], [0.5, "#fff", 0]),
].join("\n");

const paints = `<defs>
${gradients}
<filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="11"/></filter>
<filter id="near" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="4.500"/></filter>
<filter id="edge" x="-5%" y="-5%" width="110%" height="110%"><feGaussianBlur stdDeviation="2.200"/></filter>
<clipPath id="head"><path d="${head}"/></clipPath>
<clipPath id="field"><ellipse cx="${center.x}" cy="${center.y}" rx="146" ry="186"/></clipPath>
</defs>`;

const groove = 'stroke="#8f6543" stroke-opacity=".62" stroke-width="3.600" transform="translate(1 1.600)"';

/** Light from the upper left: a bright and a dark edge inside the outline make it a relief. */
const relief = `<g clip-path="url(#field)">
<path d="${head}" transform="translate(7 9)" fill="#04141b" fill-opacity=".75" filter="url(#near)"/></g>
<path d="${head}" fill="url(#ivory)"/>
<g clip-path="url(#head)">
<path d="${neckShade}" fill="#b98d68" fill-opacity=".5" filter="url(#near)"/>
<g fill="none" filter="url(#edge)">
<path d="${head}" stroke="#8a5f3e" stroke-opacity=".75" stroke-width="7" transform="translate(-3 -3.500)"/>
<path d="${head}" stroke="#fff" stroke-opacity=".8" stroke-width="5" transform="translate(2.500 3)"/></g>
<path d="${hair}" fill="url(#tress)"/>
<path d="${hair}" fill="none" stroke="#8a5f3e" stroke-opacity=".6" stroke-width="5" filter="url(#edge)"/>
${lines([...locks, ...knot], groove)}
${lines([...locks, ...knot], 'stroke="#fffaf0" stroke-opacity=".95" stroke-width="1.700"')}
${lines(ribbon, 'stroke="#8f6543" stroke-opacity=".6" stroke-width="6.500" transform="translate(1 1.600)"')}
${lines(ribbon, 'stroke="#fff6e6" stroke-width="5"')}
${lines(drape, 'stroke="#a97c58" stroke-opacity=".6" stroke-width="3.600" transform="translate(.8 1.400)"')}
${lines(drape, 'stroke="#fffaf0" stroke-width="1.800"')}
<path d="${ear}" fill="#f6e6d0" stroke="#94694a" stroke-opacity=".6" stroke-width="1.800"/>
${lines(features, 'stroke="#94694a" stroke-opacity=".75" stroke-width="2"')}
<circle cx="192" cy="233" r="6.500" fill="url(#bead)"/>
</g>`;

export function brooch(): string {
  const beads = around(64, 171, 213).map(
    ([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="8.200" fill="url(#bead)"/>`,
  );
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="500" viewBox="0 0 400 500">',
    "<title>Cameo</title>",
    paints,
    `<ellipse cx="206" cy="264" rx="176" ry="218" fill="#000" fill-opacity=".42" filter="url(#soft)"/>`,
    oval(182, 224, 'fill="url(#gold)"'),
    oval(182, 224, 'fill="none" stroke="#5d3a12" stroke-opacity=".6" stroke-width="1.500"'),
    oval(171, 213, 'fill="none" stroke="#6b4315" stroke-width="17"'),
    ...beads,
    oval(160, 201, 'fill="url(#rim)"'),
    oval(152, 193, 'fill="url(#gold)"'),
    oval(146, 186, 'fill="url(#stone)"'),
    oval(145, 185, 'fill="none" stroke="#031016" stroke-opacity=".55" stroke-width="4"'),
    relief,
    `<path d="${gleam}" fill="url(#gleam)" fill-opacity=".6"/>`,
    "</svg>\n",
  ].join("\n");
}
