declare module "linebreak" {
  const untyped: unknown;
  export default untyped;
}
