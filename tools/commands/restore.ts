import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { backupFolder } from "../../templates/postgresql/postgresql.js";
import { wordsAndOption } from "../lib/arguments.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith } from "../lib/remote.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run restore -- BACKUP [STACK] [--rehearse]`: restores PuppetDB's database; BACKUP is `latest`, a path on
// PuppetDB's host, or a local file.
await main(async () => {
  const { words, given: rehearse } = wordsAndOption("--rehearse");
  const [backup, name = "local", ...more] = words;
  if (backup === undefined || more.length > 0) {
    throw new Problem(
      "Name the backup: npm run restore -- latest, or a path on PuppetDB's host, or a local file; then add the stack unless it is local, and --rehearse to change nothing.",
    );
  }
  const here = existsSync(backup);
  if (here && !statSync(backup).isFile()) throw new Problem(`${backup} is not a file.`);
  const host = await hostWith(new Stack(name, await toolchain()), "puppetdb");
  const restore = `puppetdb-restore ${rehearse ? "--rehearse " : ""}`;
  const { code } = here
    ? await host.run(withFile(restore, backup), { show: true, stdinFile: backup })
    : await host.run(restore + quote(backup), { show: true });
  return code;
});

/** The command for a file on standard input; its copy has to be complete, is for root only, and is removed at the end. */
function withFile(command: string, file: string): string {
  const name = quote(basename(file));
  return [
    "set -e",
    `folder=$(mktemp --directory --tmpdir=${backupFolder} uploaded.XXXXXX)`,
    "trap 'rm -rf $folder' EXIT",
    `cat >$folder/${name}`,
    `test "$(stat --format=%s $folder/${name})" = ${String(statSync(file).size)}`,
    `${command}$folder/${name}`,
  ].join("; ");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
