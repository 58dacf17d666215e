/**
 * Runs the test files named in its arguments in one tape run and writes TAP. The line `# file: PATH`
 * opens each file, and a file that cannot be loaded is one failed test instead of the end of the run.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import tape from "tape";

tape.wait();
for (const file of process.argv.slice(2)) {
  tape(`file: ${file}`, (t) => t.end());
  try {
    await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    tape(`${file} loads`, (t) => {
      t.error(error, "the file must load");
      t.end();
    });
  }
}
tape.run();
