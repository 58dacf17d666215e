import picocolors from "picocolors";
import type { Screen } from "./progress.ts";

/** Functions that colour text, or leave it as it is. */
export type Colours = Pick<
  ReturnType<typeof picocolors.createColors>,
  "bold" | "dim" | "green" | "red" | "yellow" | "cyan"
>;

/**
 * The colours of a screen: those of a terminal, unless NO_COLOR is set or TERM is "dumb". FORCE_COLOR asks for
 * colours anywhere, and FORCE_COLOR=0 for none; NO_COLOR counts more than it.
 */
export function coloursOf(screen: Screen, env: NodeJS.ProcessEnv): Colours {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  const asked = FORCE_COLOR === undefined ? null : !["0", "false"].includes(FORCE_COLOR);
  const shown = asked ?? (screen.isTTY === true && TERM !== "dumb");
  return picocolors.createColors(shown && !NO_COLOR);
}
