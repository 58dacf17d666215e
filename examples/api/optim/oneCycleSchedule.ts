// #region example
import { constant, evaluate, oneCycleSchedule, reference, sgd, tensor } from "metrigrad";

const schedule = oneCycleSchedule({ rise: 0.25, start: 0.1, end: 0 });
console.log(sgd({ schedule }).settings.schedule); // oneCycle(0.25, 0.1, 0)

const backend = await reference();
const store = await backend.store([]);
const progress = constant(tensor([0, 0.125, 0.25, 0.625, 1]));
const { factor } = await evaluate({ factor: schedule.factor(progress) }, { store });
console.log([...factor.data()].map((one) => one.toFixed(2)).join(" ")); // 0.10 0.55 1.00 0.50 0.00
await backend.close();
// #endregion example
