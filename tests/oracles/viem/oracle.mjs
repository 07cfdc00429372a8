// viem, asked one JSON case a line; each room beside this file answers the tasks that its TASKS name.
import { createInterface } from "node:readline";

const ROOMS = [
  "./abi.mjs",
  "./calls.mjs",
  "./dialects.mjs",
  "./transactions.mjs",
  "./typed.mjs",
  "./user_operations.mjs",
];

const TASKS = Object.assign({}, ...(await Promise.all(ROOMS.map((room) => import(room)))).map((room) => room.TASKS));

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(await TASKS[asked.task](asked)));
}
