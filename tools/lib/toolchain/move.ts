import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";

/** Moves a finished folder to its place, unless another run has put the same there meanwhile. */
export async function moveTo(place: string, finished: string): Promise<void> {
  try {
    await rename(finished, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  }
}
