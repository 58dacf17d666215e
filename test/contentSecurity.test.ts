/** Where code from strings is forbidden, as by a page's Content-Security-Policy, all but the reference backend works. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "tape";

const program = `
import { add, compile, cpu, input, matmul, reference, sum, tensor, variable } from "metrigrad";
const w = variable("w", [2, 2], { init: () => [1, 2, 3, 4] });
const x = input("x", [1, 2]);
const backend = await cpu({ threads: 1 });
const store = await backend.store([w.attrs]);
const run = await compile({ outputs: [matmul(x, w)], updates: [[w, add(w, 1)]] }, store);
const [product] = await run.run({ x: tensor([[1, 10]]) });
console.log(JSON.stringify((await product.read()).toArray()));
await backend.close();
const other = await (await reference()).store([]);
try {
  await compile({ outputs: [sum(x)] }, other);
} catch (error) {
  console.log(String(error));
}
`;

test("content security: everything loads and runs without code from strings", async (t) => {
  const flags = [
    "--disallow-code-generation-from-strings",
    ...["--conditions=@metrigrad/source", "--import", "tsx", "--input-type=module"],
    ...["--eval", program],
  ];
  const cwd = fileURLToPath(new URL("../packages/metrigrad", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { cwd }).catch(
    (error) => error as { stdout: string; stderr: string },
  );
  const [values, refused] = stdout.split("\n");
  t.equal(values, "[[31,42]]", `runs on the cpu backend ${stderr}`);
  t.match(
    String(refused),
    /^BackendError: reference backend: it must be allowed to make code from strings.*use the cpu/,
  );
});
