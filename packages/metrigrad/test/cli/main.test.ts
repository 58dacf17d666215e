/** The command as a process: its exit codes and streams. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "tape";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

test("a wrong option ends with code 2 and one line that says what is right", async (t) => {
  const node = [
    "--conditions=@metrigrad/source",
    "--import",
    "tsx",
    main,
    "paper",
    "--epochs",
    "many",
  ];
  const { code, stdout, stderr } = await new Promise<Record<"code" | "stdout" | "stderr", unknown>>(
    (done) => {
      execFile(process.execPath, node, (error, stdout, stderr) => {
        done({ code: error?.code ?? 0, stdout, stderr });
      });
    },
  );
  t.equal(code, 2);
  t.equal(stdout, "");
  t.equal(
    stderr,
    '--epochs: it must be an integer from 1 to 10000, got "many"; see metrigrad paper --help\n',
  );
});
