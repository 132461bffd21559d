import { setTimeout as pause } from "node:timers/promises";

/** Waits for a condition; returns the seconds it took. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds: number,
): Promise<number> {
  const began = Date.now();
  while (!(await condition())) {
    if (Date.now() - began > seconds * 1000) throw new Error(`${what}: not within ${seconds} s`);
    await pause(100);
  }
  return (Date.now() - began) / 1000;
}
