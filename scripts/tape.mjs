/**
 * Runs test files in one tape run and writes TAP: those named in its arguments and, where it was started with a
 * channel (as by scripts/test.mjs), those that the starting process then hands out, one at a time. The line
 * `# file: PATH` opens each file, and a file that cannot be loaded is one failed test instead of the end of the run.
 */
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import tape from "tape";

// Numbers of tests should not depend on a library of the machine; tests of such libraries say so themselves.
process.env.METRIGRAD_NATIVE ??= "off";

const named = process.argv.slice(2);

/** The file to run next; undefined at the end. @returns {Promise<string | undefined>} */
async function nextFile() {
  if (named.length > 0 || process.send === undefined) return named.shift();
  process.send("next");
  const [file] = await once(process, "message");
  return file || undefined;
}

/** Queues the next file behind the tests that are queued so far, and so on to the last one. */
function queueNext() {
  tape("next file", async () => {
    const file = await nextFile();
    if (file === undefined) return;
    tape(`file: ${file}`, async () => {
      try {
        await import(pathToFileURL(resolve(file)).href);
      } catch (error) {
        tape(`${file} loads`, (t) => {
          t.error(error, "the file must load");
          t.end();
        });
      }
      queueNext();
    });
  });
}

tape.wait();
queueNext();
tape.run();
