import { byId } from "./dom.ts";

/** Shows the program of a page, and lets it be copied. Returns the function that shows it anew. */
export function showCode(program: () => string): () => void {
  const place = byId("program");
  const said = byId("copied");
  const show = () => {
    place.textContent = program();
    said.textContent = "";
  };
  byId("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(program());
      said.textContent = "Copied.";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(place);
      const selection = getSelection();
      selection?.removeAllRanges();
      selection?.addRange(range);
      said.textContent = "It is selected now: copy it by Ctrl+C.";
    }
  });
  show();
  return show;
}
