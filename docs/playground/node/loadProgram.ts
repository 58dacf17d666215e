import { init, parse } from "es-module-lexer/minimal";
import * as engine from "./engine.ts";

/** An error of a program, with its line where that is known. */
export class ProgramError extends Error {
  override readonly name: string = "ProgramError";
  readonly line: number | null;
  constructor(message: string, line: number | null) {
    super(message);
    this.line = line;
  }
}

/** The place where the module of the engine finds what it exports. */
const shelf = Symbol.for("metrigrad playground engine");

/** A module that exports the engine of this worker, so that a program has no second one. */
const engineUrl = (() => {
  (globalThis as Record<symbol, unknown>)[shelf] = engine;
  const names = Object.keys(engine).join(", ");
  return urlOf(
    `export const { ${names} } = globalThis[Symbol.for("metrigrad playground engine")];`,
  );
})();

function urlOf(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

/**
 * Runs a program as a module, and returns what it exports. Its imports from "metrigrad" come from the engine of this worker.
 * Throws ProgramError.
 */
export async function loadProgram(text: string): Promise<Readonly<Record<string, unknown>>> {
  const url = urlOf(await bound(text));
  try {
    return await import(/* @vite-ignore */ url);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ProgramError(`SyntaxError: ${error.message}`, null);
    throw programError(error);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** What a program threw, with the line of the program from which it came. */
export function programError(error: unknown): ProgramError {
  if (error instanceof ProgramError) return error;
  const { message = String(error), stack = "" } = error as Partial<Error>;
  const [, line] = /blob:[^\s)]*?:(\d+):\d+/.exec(stack) ?? [];
  return new ProgramError(message, line === undefined ? null : Number(line));
}

/** The text with "metrigrad" replaced by the address of the engine. Lines stay where they are. */
async function bound(text: string): Promise<string> {
  await init();
  const imports = importsOf(text);
  let result = "";
  let done = 0;
  for (const { n: from, s, e, ss, se, d } of imports) {
    if (d !== -1) continue;
    const line = lineAt(text, ss);
    if (from !== "metrigrad") {
      throw new ProgramError(
        `import: a program on this page may import from "metrigrad" only, got ${JSON.stringify(from)}; write what you need into the program`,
        line,
      );
    }
    checkNames(text.slice(ss, se), line);
    result += text.slice(done, s) + engineUrl;
    done = e;
  }
  return result + text.slice(done);
}

function importsOf(text: string) {
  try {
    return parse(text)[0];
  } catch {
    // The browser says more of an error of syntax, and where it is.
    throw new ProgramError("SyntaxError: this is no module of JavaScript", null);
  }
}

const lineAt = (text: string, index: number) => text.slice(0, index).split("\n").length;

/** Throws ProgramError for a name that the engine of this page does not have. */
function checkNames(statement: string, line: number): void {
  const [, inside = ""] = /\{([^}]*)\}/.exec(statement) ?? [];
  const plain = inside.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  for (const part of plain.split(",")) {
    const [name = ""] = part.trim().split(/\s+as\s+/);
    if (name === "" || Object.hasOwn(engine, name)) continue;
    const at =
      line +
      statement.slice(0, statement.search(new RegExp(`\\b${name}\\b`))).split("\n").length -
      1;
    throw new ProgramError(
      `import: this page has no ${name}; it has ${Object.keys(engine).join(", ")}`,
      at,
    );
  }
}
