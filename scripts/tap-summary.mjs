/**
 * Reads the TAP of scripts/tape.mjs line by line: a line per file with its counts and time, each failed
 * assertion in full under the name of its test, and what a test printed itself.
 * @param {(text: string) => void} print
 */
export function tapSummary(print) {
  let passed = 0;
  let failed = 0;
  let file = "";
  let test = "";
  let atFile = { passed: 0, failed: 0, start: performance.now() };
  let inFailure = false;
  let planned = -1;

  const closeFile = () => {
    if (file === "") return;
    const ms = (performance.now() - atFile.start).toFixed(0);
    const bad = failed - atFile.failed;
    print(
      `${bad ? "FAIL" : "ok"}  ${file}  ${passed - atFile.passed} passed${bad ? `, ${bad} failed` : ""}  ${ms} ms`,
    );
  };

  /** @param {string} text */
  const line = (text) => {
    if (inFailure) {
      print(text);
      inFailure = text !== "  ...";
    } else if (text.startsWith("# file: ")) {
      closeFile();
      file = text.slice("# file: ".length);
      atFile = { passed, failed, start: performance.now() };
    } else if (text.startsWith("ok ")) {
      passed++;
    } else if (text.startsWith("not ok ")) {
      failed++;
      print(`# ${test}\n${text}`);
    } else if (text === "  ---") {
      print(text);
      inFailure = true;
    } else if (/^1\.\.\d+$/.test(text)) {
      closeFile();
      file = "";
      planned = Number(text.slice(3));
    } else if (/^# (tests|pass|fail) +\d+$|^# ok$|^TAP version|^$/.test(text)) {
      // what the last line of the run says
    } else if (text.startsWith("# ")) {
      test = text.slice(2);
    } else {
      print(text);
    }
  };

  /**
   * Closes the run; one that ended before its plan, or without any assertion, counts as a failure.
   * @param {number | null} code exit code of the tests' process
   */
  const end = (code) => {
    closeFile();
    if (
      planned < 0 ||
      planned !== passed + failed ||
      planned === 0 ||
      (code !== 0 && failed === 0)
    ) {
      failed++;
      print(
        `not ok the run ends by itself: exit code ${code}, ${planned < 0 ? "no plan" : `plan of ${planned}`}, last test: ${test}`,
      );
    }
    return { passed, failed };
  };

  return { line, end };
}
