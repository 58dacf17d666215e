import { MetrigradError } from "@metrigrad/tensor";
import { program } from "./program.ts";
import { UsageError } from "./usage.ts";

program(process.argv.slice(2), process.stdout).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof MetrigradError;
    console.error(known ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
