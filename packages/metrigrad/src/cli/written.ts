import type { Context } from "./context.ts";
import { wrapped } from "./wrapped.ts";

/** Says which files were written. */
export function writtenText(files: readonly string[], { width }: Pick<Context, "width">): string {
  return wrapped(`Written: ${files.join(", ")}`, width).join("\n");
}
