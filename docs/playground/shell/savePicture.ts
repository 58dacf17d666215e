import { showProblem } from "./dom.ts";

/** Lets a button save a picture as a file. `draw` makes the text of an SVG file. */
export function savesPicture(
  button: HTMLButtonElement,
  file: string,
  draw: (pictures: typeof import("./pictures.ts")) => string,
): void {
  button.addEventListener("click", async () => {
    try {
      const text = draw(await import("./pictures.ts"));
      const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      showProblem(null);
    } catch (error) {
      showProblem(error);
    }
  });
}
