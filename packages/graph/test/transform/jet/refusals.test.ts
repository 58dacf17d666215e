/** What derivatives by inputs say of functions, points and axes that do not fit. */
import { GraphError, ShapeError } from "@metrigrad/tensor";
import test from "tape";
import {
  derivatives,
  divergence,
  input,
  laplacian,
  mean,
  type Node,
  partial,
  sub,
  sum,
} from "../../../src/index.ts";

const x = input("x", [4, 3]);
const rows = (at: Node) => sum(at, { axis: 1 });

function refused(
  t: test.Test,
  make: () => unknown,
  kind: typeof GraphError | typeof ShapeError,
  pattern: RegExp,
) {
  try {
    make();
    t.fail("nothing was thrown");
  } catch (error) {
    t.ok(error instanceof kind, `${error}`);
    t.match(String(error), pattern);
  }
}

test("refusals: points that are no rows", (t) => {
  const message =
    /laplacian: x must be float points \[n, d\], a sample in each row, got float \[4\]/;
  refused(t, () => laplacian((at) => at, input("x", [4])), ShapeError, message);
  refused(
    t,
    () => laplacian((at) => at, input("x", [4, 3], "i32")),
    ShapeError,
    /got i32 \[4, 3\]/,
  );
  t.end();
});

test("refusals: what is no function, no points and no list of axes", (t) => {
  const loose = { laplacian, partial } as unknown as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  const at = input("x", [4, 3]);
  refused(
    t,
    () => loose.laplacian?.(at, at),
    GraphError,
    /its first argument must be a function of the points, got a node/,
  );
  refused(
    t,
    () => loose.laplacian?.((y: Node) => y),
    ShapeError,
    /x must be float points .*, got undefined/,
  );
  refused(
    t,
    () => loose.partial?.((y: Node) => y, at, 0),
    ShapeError,
    /axes must be a list of coordinates, got number; pass \[0\]/,
  );
  refused(
    t,
    () => loose.partial?.((y: Node) => y, at),
    ShapeError,
    /axes must be a list of coordinates/,
  );
  t.end();
});

test("refusals: a function that does not keep samples apart", (t) => {
  refused(
    t,
    () => laplacian((at) => sum(at), x),
    ShapeError,
    /f\(x\) must be float \[4, …\], samples first, got float \[\]/,
  );
  refused(
    t,
    () => derivatives((at) => rows(sub(at, mean(at, { axis: 0 }))), x),
    GraphError,
    /derivatives: samples must not depend on one another, got sum over the samples/,
  );
  t.end();
});

test("refusals: axes that there are not", (t) => {
  refused(t, () => partial(rows, x, [3]), ShapeError, /partial: axis must be/);
  refused(t, () => laplacian(rows, x, { axes: [] }), ShapeError, /axes must name a coordinate/);
  refused(t, () => derivatives(rows, x, { axis: 0 } as never), GraphError, /derivatives: .*axis/);
  const u = derivatives(rows, x, { axes: [0, 1] });
  refused(
    t,
    () => u.partial(2),
    GraphError,
    /coordinates must be among the axes \[0, 1\] that are differentiated by, got 2; add it to the option axes/,
  );
  refused(t, () => u.laplacian({ axes: [1, 2] }), GraphError, /got 2/);
  t.end();
});

test("refusals: vectors and fields of other sizes", (t) => {
  const u = derivatives(rows, x);
  refused(
    t,
    () => u.directional([1, 2]),
    ShapeError,
    /a direction: it must be float \[3\] or \[4, 3\], got float \[2\]/,
  );
  refused(t, () => u.hvp(input("v", [3, 3])), ShapeError, /got float \[3, 3\]/);
  refused(
    t,
    () => divergence(rows, x),
    ShapeError,
    /for a divergence f\(x\) must be \[4, 3\], a component for each coordinate, got \[4\]/,
  );
  t.end();
});
