/** The element with an id. Throws an Error if the page has none of that kind. */
export function byId<T extends Element = HTMLElement>(
  id: string,
  kind: abstract new () => T = HTMLElement as unknown as abstract new () => T,
): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`byId: the page must have #${id} of the kind ${kind.name}`);
}

/** Text as it may stand in HTML and SVG. */
export function escaped(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (letter) => named[letter] as string);
}

/** Shows an error in the place that the page has for it; null takes it away. */
export function showProblem(error: unknown): void {
  const place = byId("problem");
  place.textContent = error === null ? "" : error instanceof Error ? error.message : String(error);
}

/** Whether the reader asks for less motion. */
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Runs a function at the next frame, once for all calls before it. */
export function oncePerFrame(run: () => void): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      run();
    });
  };
}
