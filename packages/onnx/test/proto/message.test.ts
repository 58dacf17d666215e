/** The encodings of the documentation of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/). */
import test from "tape";
import { bytes, inner, integer, joined, message, varint } from "../../src/proto/message.ts";

test("message: integers are varints", (t) => {
  t.deepEqual([...varint(0)], [0]);
  t.deepEqual([...varint(150)], [0x96, 0x01]);
  t.deepEqual([...varint(-2)], [0xfe, ...new Array(8).fill(0xff), 0x01]);
  t.deepEqual([...varint(2 ** 40)], [...new Array(5).fill(0x80), 0x20]);
  t.end();
});

test("message: fields have their number, type and length", (t) => {
  const test1 = message();
  integer(test1, 1, 150);
  t.deepEqual([...joined(test1)], [0x08, 0x96, 0x01]);
  const test2 = message();
  bytes(test2, 2, "testing");
  t.deepEqual([...joined(test2)], [0x12, 0x07, ...new TextEncoder().encode("testing")]);
  const test3 = message();
  inner(test3, 3, test1);
  t.deepEqual([...joined(test3)], [0x1a, 0x03, 0x08, 0x96, 0x01]);
  const far = message();
  integer(far, 20, 7);
  t.deepEqual([...joined(far)], [0xa0, 0x01, 0x07]);
  t.end();
});
