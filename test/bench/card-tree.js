/** The card that Cameo and the peer draw: plain data, with the style subset that both have. */
export function cardTree(title, subtitle) {
  const box = (style, ...children) => ({
    type: "div",
    key: null,
    props: { style: { display: "flex", boxSizing: "border-box", ...style }, children },
  });
  return box(
    {
      flexDirection: "column",
      justifyContent: "space-between",
      width: "100%",
      height: "100%",
      padding: 72,
      color: "#f8fafc",
      fontFamily: "Inter",
      backgroundImage: "linear-gradient(135deg, #0b1020, #312e81)",
    },
    box({ fontFamily: "Inter Display", fontWeight: 800, fontSize: 72, lineHeight: 1.1 }, title),
    box(
      {
        alignItems: "center",
        padding: 32,
        borderRadius: 24,
        backgroundColor: "#1e293b",
        boxShadow: "0 8px 24px rgba(0,0,0,0.4)",
      },
      box({ width: 64, height: 64, borderRadius: 32, marginRight: 24, backgroundColor: "#6366f1" }),
      box({ fontSize: 32, color: "#cbd5e1" }, subtitle),
    ),
  );
}
