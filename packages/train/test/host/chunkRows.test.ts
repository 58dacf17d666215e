import { input, matmul, type Node, variable } from "@metrigrad/graph";
import test from "tape";
import { chunkRows } from "../../src/host/chunkRows.ts";

test("chunks have as many rows as their work allows, by the graph alone", (t) => {
  const net = (width: number) => (rows: number) => {
    const w = variable("w", [width, width], { role: "state" });
    return [matmul(matmul(input("x", [rows, width]), w), w)] as readonly Node[];
  };
  t.equal(chunkRows(net(10), 50_000, "f32"), 2500, "at most so many");
  t.equal(chunkRows(net(10), 40, "f32"), 40, "no more than there are");
  // Two products of 2·2048² operations a row.
  const wide = chunkRows(net(2048), 50_000, "f32");
  t.ok(wide >= 4 && wide <= 6, `${wide}`);
  t.equal(chunkRows(net(2048), 50_000, "f32"), wide, "the same every time");
  t.equal(chunkRows(net(16_384), 50_000, "f32"), 1, "one at least");
  t.end();
});
