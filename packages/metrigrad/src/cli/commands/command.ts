import type { Command } from "commander";
import type { Context, Told } from "../context.ts";
import type { Screen } from "../progress.ts";

/** Does the work of a command and prints what it leaves. */
export type Run = (work: (context: Context) => Promise<Told>) => Promise<void>;

/**
 * Adds a subcommand to the program. Its work is imported when it is asked for, so that help and refusals come without
 * loading the engine. `screen` is for commands that write lines as they go.
 */
export type AddCommand = (program: Command, run: Run, screen: Screen) => Command;
