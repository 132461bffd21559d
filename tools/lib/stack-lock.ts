import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** The process that holds the lock of a stack. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Who holds the lock of a stack.
 *
 * @param backend URL of the backend; only one in a folder shows its locks
 */
export function lockOwners(backend: string | undefined, stack: string): LockOwner[] {
  if (backend?.startsWith("file://") !== true) return [];
  const root = backend.slice("file://".length);
  const folder = join(root, ".pulumi", "locks", "organization", "puppet", stack);
  if (!existsSync(folder)) return [];
  // Next to each lock is a file with its attributes.
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => {
    try {
      return [JSON.parse(readFileSync(join(folder, file), "utf8")) as LockOwner];
    } catch {
      // Released after the folder was read.
      return [];
    }
  });
}

/** Whether a lock's owner may still be running; for a process on a different machine this is unknown. */
export function isAlive(owner: LockOwner): boolean {
  if (owner.hostname !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch {
    return false;
  }
}
