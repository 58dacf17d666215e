/**
 * What the program of docs/guide/browser.md must print. scripts/browser.mjs bundles that program in place of this file, and it
 * exports the promises of its comments.
 */
export const promised: readonly string[] = [];
