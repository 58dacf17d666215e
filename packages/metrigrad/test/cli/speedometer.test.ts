import test from "tape";
import { speedometer } from "../../src/cli/speedometer.ts";

test("rate and time left follow the steps; pauses count in the time left alone", async (t) => {
  const speed = speedometer();
  t.equal(speed.rate(), null);
  t.equal(speed.secondsTo(100), null);
  for (let done = 0; done <= 10; done++) speed.step(done, 100 * done);
  t.equal(speed.rate(), 10);
  t.equal(speed.secondsTo(100), 9);
  speed.pause();
  for (let done = 11; done <= 20; done++) speed.step(done, 1000 + 100 * done);
  t.equal(speed.rate(), 10, "the pause of a second is not in the rate");
  t.equal(speed.secondsTo(40), 3, "but in the time left: 3 seconds for 20 steps");
  t.equal(speed.secondsTo(20), 0);
});
