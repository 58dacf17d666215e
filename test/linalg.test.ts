/** Factorisations of larger matrices in float32 on the cpu backend. */
import {
  compile,
  cpu,
  expandDims,
  linearSolve,
  matmul,
  mul,
  type Node,
  qr,
  sub,
  svd,
  tensor,
  uniformStream,
} from "metrigrad";
import test from "tape";

test("qr, svd and linearSolve in float32: residuals of the order of rounding", async (t) => {
  const stream = uniformStream({ seed: 1, path: "linalg" });
  const draw = (rows: number, columns: number, from: number) =>
    tensor(
      Float64Array.from({ length: rows * columns }, (_, i) => stream.normal(from + i)),
      { shape: [rows, columns] },
    );
  const [tall, square, rhs] = [draw(40, 25, 0), draw(30, 30, 1000), draw(30, 2, 2000)];
  const { q, r } = qr(tall);
  const { u, s, v } = svd(tall);
  const eye = tensor(
    Float64Array.from({ length: 625 }, (_, i) => (i % 26 === 0 ? 1 : 0)),
    { shape: [25, 25] },
  );
  const apart: Record<string, Node> = {
    "qr − a": sub(matmul(q, r), tall),
    "q'q − 1": sub(matmul(q, q, { transposeA: true }), eye),
    "usv' − a": sub(matmul(mul(u, expandDims(s, -2)), v, { transposeB: true }), tall),
    "u'u − 1": sub(matmul(u, u, { transposeA: true }), eye),
    "v'v − 1": sub(matmul(v, v, { transposeA: true }), eye),
    "ax − b": sub(matmul(square, linearSolve(square, rhs)), rhs),
  };
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const program = await compile({ outputs: Object.values(apart) }, store);
  const handles = await program.run({});
  for (const [at, name] of Object.keys(apart).entries()) {
    const values = await (handles[at] as (typeof handles)[0]).read();
    const largest = Math.max(...Array.from(values.data(), Math.abs));
    t.ok(largest < 2e-5, `${name}: ${largest}`);
  }
  await backend.close();
});
