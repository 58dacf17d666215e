import { type Colours, coloursOf } from "./colours.ts";
import type { Screen } from "./progress.ts";

/** How a command may show what it does. */
export interface Context {
  /** Where progress is drawn; null where nothing may be shown before the end. */
  readonly live: Screen | null;
  /** Whether the result is one JSON value. */
  readonly json: boolean;
  /** Columns that tables and help may take. */
  readonly width: number;
  readonly colours: Colours;
}

/** What a command leaves to be printed. */
export interface Told {
  /** Whether nothing is printed, since another process of the job tells; false by default. */
  readonly quiet?: boolean;
  /** The exit code: 0, 1 or 130. */
  readonly code: number;
  /** For people. */
  readonly text: string;
  /** For `--json`. */
  readonly value: unknown;
  /** What the command goes on with after it is printed, such as a server; the process ends after it. */
  readonly until?: Promise<void>;
}

/** Columns where neither the screen nor the variable COLUMNS says how many there are. */
const usual = 80;

/** The context of a screen. A stream that is no terminal has no progress and no colours. */
export function contextOf(screen: Screen, json: boolean, env: NodeJS.ProcessEnv): Context {
  const asked = screen.columns ?? Number(env.COLUMNS);
  return {
    live: screen.isTTY === true && !json ? screen : null,
    json,
    width: asked > 0 ? Math.max(20, asked) : usual,
    colours: coloursOf(screen, env),
  };
}

/** The flags that every command has, and where a command ends whose further arguments are its own. */
export function ownFlags(args: readonly string[]): { readonly json: boolean; trace: boolean } {
  const words = args.flatMap((arg, index) => (arg.startsWith("-") ? [] : [index]));
  const [first = 0, second = args.length] = words;
  const end = args[first] === "examples" ? second : args.length;
  const own = args.slice(0, end);
  return { json: own.includes("--json"), trace: own.includes("--trace") };
}
