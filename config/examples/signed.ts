/**
 * Signed URLs and named looks alone: nobody can make this server do more than its owner meant. A file in TypeScript can compute.
 * The keys come from CAMEO_SIGNING_KEYS; `cameo sign` and `cameo/client` make the URLs.
 */
const shops = ["north", "south"];

export default {
  baseUrl: "https://img.example.com",
  presetsOnly: true,
  presets: {
    list: "w=240&h=240&fit=contain&bg=fff",
    detail: "w=1200",
    detail2x: "w=1200&dpr=2&q=60",
  },
  mounts: {
    images: false,
    remote: { source: "http", sign: "required" },
    ...Object.fromEntries(
      shops.map((shop) => [shop, { source: "http", base: `https://${shop}.example.com/media/`, sign: "required" }]),
    ),
  },
};
