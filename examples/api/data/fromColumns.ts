// #region example
import { category, fromColumns, number } from "metrigrad";

const rows = [
  { city: "Oslo", age: 20, price: 1.5 },
  { city: "Bergen", age: 40, price: 2 },
];
const columns = { city: category(), age: number({ standardise: true }), price: number() };
const table = fromColumns(columns, rows, { targets: "price" });
console.log(table.names); // [ 'city=Bergen', 'city=Oslo', 'age' ]
console.log(table.inputs.toArray()); // [ [ 0, 1, -1 ], [ 1, 0, 1 ] ]
const more = table.transform([{ city: "Oslo", age: 30, price: 3 }]);
console.log(more.inputs.toArray(), more.targets.toArray()); // [ [ 0, 1, 0 ] ] [ [ 3 ] ]
// #endregion example
