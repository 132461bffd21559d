import type { Repository } from "../../distributions/index.js";
import { renderTemplate } from "../render.js";

/**
 * Renders the shell lines that add a package repository with its pinned key.
 *
 * @param repository undefined where the system has the packages itself
 * @returns shell lines for a Bash script run as root; empty without a repository
 */
export function renderAddRepository(repository: Repository | undefined): string {
  return repository === undefined
    ? ""
    : renderTemplate(new URL("repository.sh.eta", import.meta.url), repository);
}
