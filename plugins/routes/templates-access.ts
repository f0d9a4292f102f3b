/** Signed cards: the endpoint that signs for operators, and the part of the page's script that asks for the admin token. */
import type { Endpoint, RouteHost } from "cameo/plugin";

/** `GET /templates/sign?path=/og-image/card?title=Hello` → the same path with its signature. */
export const signEndpoint = (mount: string, host: RouteHost): Endpoint => ({
  method: "GET",
  path: "/templates/sign",
  isForOperators: true,
  handle(request) {
    const path = new URL(request.url).searchParams.get("path") ?? "";
    if (!path.startsWith(`/${mount}/`) && !path.startsWith(`/${mount}?`))
      throw host.fail("bad-parameter", `"path" takes the path of a card, such as /${mount}/card?title=Hello.`);
    return Response.json({ path: host.sign(path) }, { headers: { "cache-control": "no-store" } });
  },
});

export const accessScript = `
const tokenHeader = () => {
  const token = sessionStorage.getItem("cameo-token");
  return token ? { authorization: "Bearer " + token } : {};
};

/** Asks for the admin token, and begins anew with it. */
function ask() {
  const gate = byId("gate");
  gate.onclose = () => {
    sessionStorage.setItem("cameo-token", byId("token").value);
    void load();
  };
  if (!gate.open) gate.showModal();
}

/** Signed, where the mount has turned out to demand it; as it came if that cannot be. */
async function signed(path) {
  if (!state.signs) return path;
  const response = await fetch("/templates/sign?path=" + encodeURIComponent(path), { headers: tokenHeader() });
  return response.ok ? (await response.json()).path : path;
}

/** A card's answer; the signature does not cover what follows it. */
async function fetchCard(path, options, following = "") {
  const get = async () => {
    const whole = await signed(path);
    return fetch(whole + (following && (whole.includes("?") ? "&" : "?") + following), options);
  };
  const response = await get();
  if (response.status !== 403 || state.signs || !sessionStorage.getItem("cameo-token")) return response;
  state.signs = true;
  return get();
}
`;
