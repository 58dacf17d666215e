/**
 * A textarea with good manners: line numbers, a marked line, and a new line that keeps the indentation. Tab leaves it, as
 * everywhere on a page.
 */
export interface Editor {
  readonly text: () => string;
  /** Puts in another text, as one step that can be undone where the browser allows it. */
  readonly setText: (text: string) => void;
  /** Selects the first place of some text, and shows it. */
  readonly select: (part: string) => void;
  /** Marks a line, counted from 1; null marks none. */
  readonly mark: (line: number | null) => void;
}

/**
 * Makes an editor of a textarea and the element for its line numbers.
 *
 * @param changed - Called after each change by the reader.
 * @param asked - Called by Ctrl+Enter.
 */
export function editorOf(
  area: HTMLTextAreaElement,
  numbers: HTMLElement,
  { changed, asked }: { readonly changed: () => void; readonly asked: () => void },
): Editor {
  let marked: number | null = null;
  const show = () => {
    const count = area.value.split("\n").length;
    numbers.innerHTML = Array.from({ length: count }, (_, i) =>
      i + 1 === marked ? `<b>▸${i + 1}</b>` : `<span>${i + 1}</span>`,
    ).join("");
    area.rows = Math.max(12, count + 1);
  };
  const insert = (text: string) => {
    // The one way that keeps the browser's undo.
    if (!document.execCommand("insertText", false, text))
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  };
  area.addEventListener("input", () => {
    show();
    changed();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      asked();
      return;
    }
    const line = area.value.slice(0, area.selectionStart).split("\n").at(-1) ?? "";
    const [indent = ""] = /^ */.exec(line) ?? [];
    insert(`\n${indent}${/[{([]\s*$/.test(line) ? "  " : ""}`);
  });
  return {
    text: () => area.value,
    setText: (text) => {
      area.value = text;
      show();
    },
    select: (part) => {
      const at = area.value.indexOf(part);
      if (at >= 0) area.setSelectionRange(at, at + part.length);
    },
    mark: (line) => {
      marked = line;
      show();
    },
  };
}
