/** The server that follows runs: its page, its messages, and whom it answers. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { type Serving, serve } from "../../../src/cli/serve/serve.ts";
import { watchAnswers } from "../../../src/cli/watch/answers.ts";
import { changesIn } from "../../../src/cli/watch/changes.ts";
import { watch } from "../../../src/cli/watch/watch.ts";
import { began, ended, epochDone, record, tell, wroteAt } from "../../support/events.ts";

const parent = mkdtempSync(join(tmpdir(), "metrigrad-watch-"));
test.onFinish(() => rmSync(parent, { recursive: true }));

/** Serves the report of folders of the parent while `work` goes on. */
async function watching(names: readonly string[], work: (server: Serving) => Promise<void>) {
  const { answers, close } = watchAnswers(names.map((name) => join(parent, name)));
  const server = await serve(answers, 0);
  try {
    await work(server);
  } finally {
    close();
    await server.close();
  }
}

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

function ask(
  { port }: Serving,
  path = "/",
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
): Promise<Got> {
  return new Promise((done, failed) => {
    request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        done({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    })
      .on("error", failed)
      .end();
  });
}

/** A reader of the stream of messages. */
interface Reader {
  /** How many messages have come. */
  count(): number;
  /** Resolves when so many have come. */
  until(count: number): Promise<void>;
  leave(): void;
}

function read({ port }: Serving): Promise<Reader> {
  return new Promise((done, failed) => {
    const asked = request({ host: "127.0.0.1", port, path: "/events", agent: false });
    asked.on("error", failed).end();
    asked.on("response", (response) => {
      let text = "";
      const waiting = new Set<() => void>();
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        for (const look of waiting) look();
      });
      const count = () => text.split("data: changed\n\n").length - 1;
      const until = (wanted: number) =>
        new Promise<void>((come, late) => {
          const timer = setTimeout(() => late(new Error(`got ${text}`)), 10_000);
          const look = () => {
            if (count() < wanted) return;
            clearTimeout(timer);
            waiting.delete(look);
            come();
          };
          waiting.add(look);
          look();
        });
      response.on("error", () => {});
      done({ count, until, leave: () => asked.destroy() });
    });
  });
}

/** Time for the server to have looked at the files. */
const look = () => new Promise((done) => setTimeout(done, 700));

test("the page shows each epoch once it is written, and readers are told", async (t) => {
  tell(join(parent, "run"), began(), epochDone(1));
  await watching(["run"], async (server) => {
    const first = await ask(server);
    t.equal(first.status, 200);
    t.match(first.text, /net sgd, seed 1: epoch 1 of 3/);
    t.match(first.headers["content-security-policy"] as string, /default-src 'none'/);
    t.equal(first.headers["cache-control"], "no-store");
    const reader = await read(server);
    await reader.until(1);
    await look();
    t.equal(reader.count(), 1, "no message without a change");
    tell(join(parent, "run"), epochDone(2));
    await reader.until(2);
    t.match((await ask(server)).text, /epoch 2 of 3/);
    tell(join(parent, "run"), epochDone(3), ended());
    await reader.until(3);
    record(join(parent, "run"), 3, 0.75);
    await reader.until(4);
    const last = (await ask(server)).text;
    t.match(last, /All runs have ended after their last epoch/);
    t.match(last, />0\.75</, "the test of the record");
    reader.leave();
  });
});

test("a folder that is not there yet is waited for", async (t) => {
  await watching(["later"], async (server) => {
    const { status, text } = await ask(server);
    t.equal(status, 200);
    t.match(text, /No run has begun yet\./);
    t.match(text, /<script src="follow\.js"/);
    const reader = await read(server);
    await look();
    tell(join(parent, "later"), began());
    await reader.until(2);
    t.match((await ask(server)).text, /epoch 0 of 3/);
    reader.leave();
  });
});

test("damaged events are said, and the page comes back once they are mended", async (t) => {
  const file = join(parent, "hurt", "events.jsonl");
  tell(join(parent, "hurt"), began(), epochDone(1));
  await watching(["hurt"], async (server) => {
    const reader = await read(server);
    await look();
    writeFileSync(file, "<b>\n");
    await reader.until(2);
    const { status, text } = await ask(server);
    t.equal(status, 503);
    t.match(
      text,
      /<p role="alert">events\.jsonl, line 1: it must have an event as JSON, got .*&lt;b&gt;/,
    );
    t.match(text, /<script src="follow\.js"/, "the page follows");
    t.notOk(text.includes("<b>"));
    truncateSync(file);
    tell(join(parent, "hurt"), began(), epochDone(1), epochDone(2));
    await reader.until(3);
    t.match((await ask(server)).text, /epoch 2 of 3/);
    reader.leave();
  });
});

test("runs that were appended, and a run that went on, each have their place", async (t) => {
  const folder = join(parent, "several");
  tell(folder, began(), epochDone(1), ended());
  tell(folder, began({ optimizer: "adam" }), epochDone(1));
  const history = [{ ...(epochDone(1) as { epoch: object }).epoch }];
  tell(folder, began({ optimizer: "adam", resumed: true, history }), epochDone(2));
  record(join(parent, "beside"), 2, 0.5);
  await watching(["several", "beside"], async (server) => {
    const { text } = await ask(server);
    t.match(text, /<h1>Report on several, beside<\/h1>/);
    t.match(text, /3 runs, in 2 recordings/);
    t.match(text, /several sgd, seed 1: epoch 1 of 3; ended after its last epoch/);
    t.match(text, /several adam, seed 1: epoch 2 of 3; has no end yet/);
  });
});

test("several readers are told, and one that leaves is forgotten", async (t) => {
  tell(join(parent, "many"), began());
  await watching(["many"], async (server) => {
    const readers = await Promise.all([read(server), read(server), read(server)]);
    await look();
    readers[0]?.leave();
    tell(join(parent, "many"), epochDone(1));
    await Promise.all([readers[1]?.until(2), readers[2]?.until(2)]);
    t.equal(readers[0]?.count(), 1);
    t.equal((await ask(server)).status, 200);
    for (const reader of readers) reader.leave();
  });
});

test("the files are read once for each change, however often the page is asked for", async (t) => {
  const folder = join(parent, "once");
  const file = join(folder, "events.jsonl");
  tell(folder, began({ optimizer: "aaa" }));
  wroteAt(folder, "events.jsonl", 1000);
  await watching(["once"], async (server) => {
    t.match((await ask(server)).text, /net aaa, seed 1/);
    const other = readFileSync(file, "utf8").replace("aaa", "bbb");
    writeFileSync(file, other);
    wroteAt(folder, "events.jsonl", 1000);
    t.match((await ask(server)).text, /net aaa, seed 1/, "size and time say that nothing changed");
    wroteAt(folder, "events.jsonl", 1001);
    t.match((await ask(server)).text, /net bbb, seed 1/);
  });
});

test("files are looked at only while somebody listens", async (t) => {
  const folder = join(parent, "looked");
  tell(folder, began());
  const { listen, close } = changesIn([folder], 20);
  let [first, second] = [0, 0];
  const stopFirst = listen(() => first++);
  const stopSecond = listen(() => second++);
  const wait = () => new Promise((done) => setTimeout(done, 150));
  await wait();
  tell(folder, epochDone(1));
  await wait();
  t.deepEqual([first, second], [1, 1]);
  stopFirst();
  tell(folder, epochDone(2));
  await wait();
  t.deepEqual([first, second], [1, 2]);
  stopSecond();
  tell(folder, epochDone(3));
  await wait();
  const stopThird = listen(() => first++);
  await wait();
  t.deepEqual([first, second], [1, 2], "what happened before is no news");
  tell(folder, ended());
  await wait();
  t.equal(first, 2);
  stopThird();
  close();
});

test("foreign hosts, other methods and other paths are refused", async (t) => {
  tell(join(parent, "own"), began());
  await watching(["own"], async (server) => {
    for (const path of ["/", "/events", "/follow.js"]) {
      const host = { host: `example.org:${server.port}` };
      t.equal((await ask(server, path, "GET", host)).status, 403, `${path} for another host`);
      t.equal((await ask(server, path, "POST")).status, 405, `POST ${path}`);
      const { status, text } = await ask(server, path, "HEAD");
      t.deepEqual([status, text], [200, ""], `HEAD ${path}`);
    }
    for (const path of ["/events.jsonl", "/own/events.jsonl", "/../events.jsonl", "/%2e%2e/x"]) {
      const { status, text } = await ask(server, path);
      t.ok(status === 404 || status === 400, `${path}: ${status}`);
      t.notOk(text.includes("begin"), path);
    }
    const { headers, text } = await ask(server, "/follow.js");
    t.match(headers["content-type"] as string, /^text\/javascript/);
    t.doesNotThrow(() => new Function(text), "the script is one");
  });
});

test("the command refuses a folder that is named twice and a port that is taken", async (t) => {
  const colours = { bold: (text: string) => text } as never;
  const refused = async (folders: readonly string[], port: number, message: RegExp) => {
    const error = await watch(folders, { port }, { colours }).catch((one) => one);
    t.match(String(error.message), message);
  };
  await refused(["a", "./a"], 0, /metrigrad watch: folders must differ, got \.\/a twice/);
  await watching(["own"], ({ port }) => refused(["a"], port, /--port: the port must be free/));
});
