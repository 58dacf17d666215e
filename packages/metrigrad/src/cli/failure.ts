import type { ErrorParts } from "@metrigrad/tensor";
import { UsageError } from "./usage.ts";

/** How an error is told, and the exit code that it leads to. */
export interface Failure {
  readonly text: string;
  readonly value: { readonly error: Readonly<Record<string, string>> };
  readonly code: 1 | 2;
}

/** What the system says, in words. */
const reasons: Readonly<Record<string, readonly [got: string, todo: string]>> = {
  ENOSPC: ["no space left on the disk", "free some space, or take another folder"],
  EDQUOT: ["no space left in the quota", "free some space, or take another folder"],
  EROFS: ["a file system that is read only", "take another folder"],
  EACCES: ["no permission", "change its permissions, or take another folder"],
  EPERM: ["no permission", "change its permissions, or take another folder"],
  ENOENT: ["no such file or folder", "check the path"],
  EEXIST: ["something else of that name", "take another folder"],
  ENOTDIR: ["a file where a folder must be", "check the path"],
  EISDIR: ["a folder where a file must be", "check the path"],
  EFBIG: ["a file that is too large for this system", "take another folder"],
};

/**
 * An error for people and for programs. An error of metrigrad or of the system is one line; an error of other code
 * comes with its stack, and so do all with `trace`.
 */
export function failureOf(error: unknown, command: string, trace: boolean): Failure {
  const parts = partsOf(error) ?? systemParts(error, command);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const code = error instanceof UsageError ? 2 : 1;
  if (parts === null) {
    const message = error instanceof Error ? error.message : String(error);
    return { text: stack, value: { error: { message, stack } }, code };
  }
  const message = oneLine(`${parts.where}: ${parts.must}, got ${parts.got}; ${parts.todo}`);
  const { where, must, got, todo } = parts;
  const told = { message, where, must, got, todo, ...(trace ? { stack } : {}) };
  return { text: trace ? `${message}\n${stack}` : message, value: { error: told }, code };
}

/** The parts of an error of metrigrad, also of another copy of it. */
function partsOf(error: unknown): ErrorParts | null {
  const { parts } = (error ?? {}) as { readonly parts?: Partial<ErrorParts> };
  return error instanceof Error && typeof parts?.where === "string" ? (parts as ErrorParts) : null;
}

function systemParts(error: unknown, command: string): ErrorParts | null {
  const { code = "", path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  if (reason === undefined || syscall === undefined) return null;
  const [got, todo] = reason;
  // Files are written under another name first.
  const file = path?.replace(/\.\d+-\d+-[\da-f]{8}-[\da-f]{8}\.part$/, "") ?? "the output";
  const must = `it must be possible to ${syscall} ${file}`;
  return { where: `metrigrad ${command}`.trim(), must, got: `${got} (${code})`, todo };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
