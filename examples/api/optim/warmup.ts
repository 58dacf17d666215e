// #region example
import { adam, constant, cosineSchedule, evaluate, reference, tensor, warmup } from "metrigrad";

const schedule = warmup(0.1, cosineSchedule());
console.log(adam({ schedule }).settings.schedule); // warmup(0.1, cosine(0))

const backend = await reference();
const store = await backend.store([]);
const progress = constant(tensor([0, 0.05, 0.1, 0.55, 1]));
const { factor } = await evaluate({ factor: schedule.factor(progress) }, { store });
console.log([...factor.data()].map((one) => one.toFixed(2)).join(" ")); // 0.00 0.50 1.00 0.50 0.00
await backend.close();
// #endregion example
