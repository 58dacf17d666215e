/** The code of docs/guide/browser.md in a page. It must print what its comments promise. */
import type { Line } from "./cpu.ts";

const printed: string[] = [];

/** A value as Node prints it. */
function shown(value: unknown): string {
  return Array.isArray(value) ? `[ ${value.map(shown).join(", ")} ]` : String(value);
}

/** How long the page waits for what its user uploads, in milliseconds. */
const patience = 20_000;

async function check(): Promise<Line[]> {
  console.log = (...values: unknown[]) => {
    printed.push(values.map(shown).join(" "));
  };
  const { promised } = await import("./guideProgram.ts");
  const end = performance.now() + patience;
  while (printed.length < promised.length && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 20));
  }
  const same = promised.length > 5 && printed.join("\n") === promised.join("\n");
  const problems = same ? [] : [`printed ${printed.join(", ")} in place of ${promised.join(", ")}`];
  return [{ name: "browser.md", described: printed.join(", "), problems }];
}

// The page's runner calls it by this name.
Object.assign(globalThis, { check });
