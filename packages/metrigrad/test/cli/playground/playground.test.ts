/** `metrigrad playground` as a process, and what it refuses. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test from "tape";
import { type Installed, install } from "../../support/installed.ts";

let installed: Installed;
test("the package is installed", async () => {
  installed = await install();
});
test.onFinish(() => installed.remove());

/** Starts the command, calls `look` with what it prints first, and ends it as Ctrl-C does. */
async function open(args: readonly string[], look: (stdout: string) => Promise<void>) {
  let looked: Promise<void> | null = null;
  const started = (child: ChildProcess) => {
    let text = "";
    child.stdout?.on("data", (part: string) => {
      text += part;
      if (looked !== null || !/\/"?[\s\S]*\n(}\n)?$/.test(text)) return;
      looked = look(text).finally(() => child.kill("SIGINT"));
    });
  };
  const ended = await installed.metrigrad(["playground", ...args], { started });
  await looked;
  return ended;
}

test("pages that are not built are an error", async (t) => {
  const { code, stderr } = await installed.metrigrad(["playground"]);
  t.equal(code, 2);
  t.match(
    stderr,
    /^metrigrad playground: the built pages must be in .*, got no such folder; install metrigrad again from an archive that has them; in a clone, run npm run playground\n$/,
  );
});

test("the address is said, its page is there, and Ctrl-C ends it with code 0", async (t) => {
  mkdirSync(join(installed.home, "playground"));
  writeFileSync(join(installed.home, "playground", "index.html"), "<!doctype html>pages");
  const { code, stdout } = await open(["--port", "0"], async (said) => {
    const [address = ""] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
    t.equal(await (await fetch(address)).text(), "<!doctype html>pages");
  });
  t.equal(code, 0);
  t.match(
    stdout,
    /^The playground is at http.*\nIt is only for this machine\. Ctrl-C ends it\.\n$/,
  );
});

test("--json has the address as its only value, and is there before the end", async (t) => {
  const { code, stdout } = await open(["--port", "0", "--json"], async (said) => {
    const { address, port } = JSON.parse(said);
    t.equal(address, `http://127.0.0.1:${port}/`);
    t.equal((await fetch(address)).status, 200);
  });
  t.equal(code, 0);
  t.deepEqual(Object.keys(JSON.parse(stdout)), ["address", "port"]);
});

test("a port that is taken is an error, and so is what is no port", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => other.once("listening", done));
  const { port } = other.address() as AddressInfo;
  const taken = await installed.metrigrad(["playground", "--port", String(port)]);
  t.equal(taken.code, 2);
  t.match(taken.stderr, /^--port: the port must be free, .* got \d+ \(EADDRINUSE\); take another/);
  await new Promise((done) => other.close(done));
  const odd = await installed.metrigrad(["playground", "--port", "65536"]);
  t.equal(odd.code, 2);
  t.match(odd.stderr, /^--port: it must be an integer from 0 to 65535, got "65536"/);
});
