/** Faces of people who do not exist, for pictures of cards. */

interface Face {
  readonly wall: string;
  readonly skin: string;
  readonly shade: string;
  readonly hair: string;
  readonly coat: string;
  /** Path of the hair behind the head, and of that in front of it. */
  readonly back: string;
  readonly front: string;
  readonly more?: string;
}

const ink = "#2a1a16";

function draw({ wall, skin, shade, hair, coat, back, front, more = "" }: Face): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
    <rect width="100" height="100" fill="${wall}"/>
    <path d="${back}" fill="${hair}"/>
    <path d="M8 106c2-25 18-31 42-31s40 6 42 31Z" fill="${coat}"/>
    <path d="M41 60h18v17a9 9 0 0 1-18 0Z" fill="${shade}"/>
    <ellipse cx="50" cy="47" rx="18" ry="22" fill="${skin}"/>
    <path d="${front}" fill="${hair}"/>
    <g fill="${ink}"><circle cx="42.500" cy="48" r="1.900"/><circle cx="57.500" cy="48" r="1.900"/></g>
    <path d="M44 57.500q6 5 12 0" stroke="${ink}" stroke-width="1.900" fill="none" stroke-linecap="round"/>
    <path d="M39 42.500q3.500-2.500 7 0M54 42.500q3.500-2.500 7 0" stroke="${hair}" stroke-width="1.700" fill="none" stroke-linecap="round"/>
    ${more}
  </svg>`;
}

/** By file name. */
export const portraits: Readonly<Record<string, string>> = {
  mira: draw({
    wall: "#2f5d62",
    skin: "#a86b43",
    shade: "#8a5433",
    hair: "#211511",
    coat: "#e6b655",
    back: "M50 12c26-2 34 18 32 38 2 10-2 22-8 26H26c-6-4-10-16-8-26-2-20 6-40 32-38Z",
    front: "M32 45c-1-20 10-24 18-24s19 4 18 24c-4-8-8-13-12-15-8 4-18 5-24 15Z",
  }),
  jonas: draw({
    wall: "#d8c3a5",
    skin: "#eec4a0",
    shade: "#d39f78",
    hair: "#8a4b24",
    coat: "#33475b",
    back: "M31 48c-3-26 9-33 19-33s22 7 19 33Z",
    front: "M31 46c-2-22 8-29 20-29s20 7 18 29c-2-7-3-12-6-15-8 2-19 1-25-3-4 4-6 10-7 18Z",
    more: `<path d="M32.500 52c1 17 10 20 17.500 20s16.500-3 17.500-20c-3 8-8 9-17.500 9s-14.500-1-17.500-9Z" fill="#8a4b24"/><path d="M45 61q5 3.500 10 0" stroke="#eec4a0" stroke-width="1.900" fill="none" stroke-linecap="round"/>`,
  }),
  sakura: draw({
    wall: "#e9a79a",
    skin: "#f3d2b3",
    shade: "#dcae8a",
    hair: "#1c1a22",
    coat: "#f7f4ee",
    back: "M50 14c22 0 29 16 28 34v22c-6 4-10 3-12 2H34c-2 1-6 2-12-2V48c-1-18 6-34 28-34Z",
    front: "M31 49c-1-22 7-30 19-30s20 8 19 30c-2-4-3-7-4-11H35c-1 4-2 7-4 11Z",
    more: `<g fill="none" stroke="#1c1a22" stroke-width="1.500"><circle cx="42.500" cy="48" r="6"/><circle cx="57.500" cy="48" r="6"/><path d="M48.500 47.500h3"/></g>`,
  }),
};
