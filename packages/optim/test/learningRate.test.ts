/** Errors of learning rates and schedules name the optimizer and the option that the user wrote. */
import { GraphError } from "@metrigrad/tensor";
import test from "tape";
import * as optim from "../src/index.ts";

const { cosineSchedule } = optim;

/** The message of a call; empty if it throws nothing or something else. */
function messageOf(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    return error instanceof GraphError ? error.message : "";
  }
}

/** The exported optimizers with a schedule, by name. */
const scheduled = Object.entries(optim).flatMap(([name, make]) => {
  if (typeof make !== "function") return [];
  const call = make as (settings: object) => Partial<optim.Optimizer> | undefined;
  try {
    const made = call({});
    return made?.settings?.schedule === undefined || made.update === undefined
      ? []
      : [{ name, call }];
  } catch {
    return [];
  }
});

test("optimizers refuse what is no schedule by their name", (t) => {
  t.ok(scheduled.length >= 17, `${scheduled.map(({ name }) => name).join(", ")}`);
  for (const { name, call } of scheduled) {
    const wanted = `${name}: schedule must be a schedule, got `;
    t.equal(
      messageOf(() => call({ schedule: cosineSchedule })),
      `${wanted}a function; call one: { schedule: cosineSchedule() }`,
    );
    for (const wrong of [null, 0.1, "cosine"]) {
      t.ok(
        messageOf(() => call({ schedule: wrong })).startsWith(wanted + wrong),
        `${name}, ${wrong}`,
      );
    }
  }
  t.end();
});

test("a schedule in place of a learning rate is told where it goes", (t) => {
  for (const { name, call } of scheduled) {
    const message = messageOf(() => call({ learningRate: cosineSchedule() }));
    t.ok(message.startsWith(`${name}: learningRate must be `), message);
    t.ok(
      message.endsWith(
        "got a schedule; pass it beside a number: { learningRate: 0.1, schedule: … }",
      ),
    );
  }
  t.match(
    messageOf(() => optim.sgd({ learningRate: {} as number })),
    /got an object; pass/,
  );
  t.match(
    messageOf(() => optim.sgd({ learningRate: [0.1] as never })),
    /got a list; pass/,
  );
  t.end();
});
