import { didYouMean } from "./near.ts";
import { refuse } from "./usage.ts";

/** Reads the text of an option of a command: one kind of value, or a UsageError that says what is right. */
export type ReadValue<T> = (text: string) => T;

/** An integer from low to high. */
export function integerOf(
  command: string,
  option: string,
  [low, high]: readonly [number, number],
): ReadValue<number> {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= low && value <= high)
      return value;
    const must = `it must be an integer from ${low} to ${high}`;
    return refuse(option, must, JSON.stringify(text), command);
  };
}

/** A finite number, 0 or more. */
export function numberOf(command: string, option: string): ReadValue<number> {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
    const must = "it must be a finite number, 0 or more";
    return refuse(option, must, JSON.stringify(text), command);
  };
}

/** One of the known names. */
export function oneOf(
  command: string,
  option: string,
  known: readonly string[],
): ReadValue<string> {
  return (name) => {
    if (known.includes(name)) return name;
    const must = `it must be one of ${known.join(", ")}`;
    return refuse(option, must, nearText(name, known), command);
  };
}

/** Several of the known names, separated by commas, each once. */
export function listOf(
  command: string,
  option: string,
  known: readonly string[],
): ReadValue<string[]> {
  return (text) => {
    const names = text.split(",").map((name) => name.trim());
    const odd = names.find((name) => !known.includes(name));
    if (odd === undefined) return [...new Set(names)];
    const must = `it must list some of ${known.join(", ")}, separated by commas`;
    return refuse(option, must, nearText(odd, known), command);
  };
}

/** The name of a file. */
export function fileOf(command: string, option: string): ReadValue<string> {
  return (text) => (text === "" ? refuse(option, "it must be a file", '""', command) : text);
}

/** The name of a folder. */
export function folderOf(command: string, option: string): ReadValue<string> {
  return (text) => (text === "" ? refuse(option, "it must be a folder", '""', command) : text);
}

/** The names of folders, of which each is read when it comes. */
export function foldersOf(
  command: string,
): (text: string, before?: readonly string[]) => readonly string[] {
  const read = folderOf(command, "<dir>");
  return (text, before = []) => [...before, read(text)];
}

function nearText(name: string, known: readonly string[]): string {
  const hint = didYouMean(name, known).trim();
  return `${JSON.stringify(name)}${hint === "" ? "" : ` (${hint})`}`;
}
