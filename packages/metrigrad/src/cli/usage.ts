import { MetrigradError } from "@metrigrad/tensor";

/** The command was called in a way that it does not understand; ends it with code 2. */
export class UsageError extends MetrigradError {
  override readonly name: string = "UsageError";
}

/** Refuses a value of an option of a command, or of an argument such as "<dir>". */
export function refuse(option: string, must: string, got: string, command = "paper"): never {
  const where = option.startsWith("<") ? option : `--${option}`;
  const todo = `see metrigrad ${command} --help`;
  throw new UsageError({ where, must, got, todo });
}
