/** Inputs that are records are refused where a part has another name. */
import { fill } from "@metrigrad/graph";
import {
  applyModel,
  attention,
  film,
  gru,
  hyperDense,
  lstm,
  transformerBlock,
  transformerEncoder,
} from "@metrigrad/nn";
import test from "tape";

const x = fill([2, 3, 8], 1);
const mask = fill([2, 3], 0);
const refused = (model: unknown, input: unknown) => () =>
  applyModel(model as never, input as never);

test("inputs: a misspelt part of a record is refused by name", (t) => {
  t.throws(
    refused(attention(8, 2), { query: x, mask }),
    /^GraphError: attention: its input must be query alone, or \{ query, memory, padding \}, where memory, padding may be left out, got \{ query, mask \}; correct the name mask/,
  );
  for (const model of [transformerBlock(8, 2), transformerEncoder(2, 8, 2)]) {
    t.throws(
      refused(model, { query: x, paddingMask: mask }),
      /transformerBlock.*: its input must be .*, got \{ query, paddingMask \}; correct the name paddingMask/,
    );
  }
  t.throws(
    refused(gru(8, 2), { x, hidden: fill([2, 1, 2], 0) }),
    /^GraphError: gru: its input must be x alone, or \{ x, state \}, where state may be left out, got \{ x, hidden \}/,
  );
  t.throws(
    refused(lstm(8, 2), { input: x }),
    /^GraphError: lstm: .* got \{ input \}; correct the name input/,
  );
  t.throws(refused(lstm(8, 2), [x, x]), /^GraphError: lstm: .* got a list; give it x/);
  t.end();
});

test("inputs: a missing part of a record is asked for", (t) => {
  const row = fill([2, 4], 1);
  t.throws(
    refused(film(4, 3), { x: row, cond: row }),
    /^GraphError: film: its input must be \{ x, condition \}, got \{ x, cond \}; correct the name cond/,
  );
  t.throws(
    refused(hyperDense(4, 2, 3), { x: row }),
    /^GraphError: hyperDense: .*; give it condition/,
  );
  t.throws(
    refused(film(4, 3), row),
    /^GraphError: film: .*, got a node alone; give it x and condition/,
  );
  t.throws(refused(attention(8, 2), {}), /GraphError/);
  t.end();
});
