/** A guide of docs/guide as a module, which runs its code: scripts/browser.mjs makes it. */
declare module "*.md" {
  /** What the code must print. */
  export const promised: readonly string[];
}
