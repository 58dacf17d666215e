// #region example
import { constant, cpu, evaluate, hvp, mul, sum, tensor } from "metrigrad";

const x = constant(tensor([1, 2]));
const loss = sum(mul(mul(x, x), x)); // the Hessian is diagonal, with the entries 6x
const products = hvp(loss, [x], [tensor([1, 10])]);

const backend = await cpu();
const store = await backend.store([]);
const [product] = await evaluate(products, { store });
console.log(product?.toArray()); // [ 6, 120 ]
await backend.close();
// #endregion example
