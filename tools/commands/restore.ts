import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { backupFolder } from "../../templates/postgresql/postgresql.js";
import { wordsAndOption } from "../lib/arguments.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith } from "../lib/remote.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run restore -- BACKUP [STACK] [--rehearse]`: restores PuppetDB's database; BACKUP is `latest`, a path on
// PuppetDB's host, or a file here.
await main(async () => {
  const { words, given: rehearse } = wordsAndOption("--rehearse");
  const [backup, name = "local", ...more] = words;
  if (backup === undefined || more.length > 0) {
    throw new Problem(
      "Say which backup: npm run restore -- latest, or a path on PuppetDB's host, or a file here; then the stack unless it is local, and --rehearse to change nothing.",
    );
  }
  const here = existsSync(backup);
  if (here && !statSync(backup).isFile()) throw new Problem(`${backup} is no file.`);
  const host = await hostWith(new Stack(name, await toolchain()), "puppetdb");
  const restore = `puppetdb-restore ${rehearse ? "--rehearse " : ""}`;
  const { code } = here
    ? await host.run(withFile(restore, backup), { show: true, stdinFile: backup })
    : await host.run(restore + quote(backup), { show: true });
  return code;
});

/** The command on a file that comes on standard input: whole, for root alone, and gone when the command ends. */
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
