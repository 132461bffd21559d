import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const project = fileURLToPath(new URL("../..", import.meta.url));

/** State of the project's own stacks: backend, passphrase, stack files. Not committed. */
export const stateFolder = join(project, ".state");

/** Where the toolchain keeps its downloads and builds, for all checkouts of this user. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "pulumi-puppet",
);
