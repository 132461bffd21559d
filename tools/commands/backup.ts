import { renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { main, Problem } from "../lib/problem.js";
import { hostWith } from "../lib/remote.js";
import { run } from "../lib/shell.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run backup -- [STACK] [FOLDER]`: backs up PuppetDB's database on its host, and copies it to a local folder.
await main(async () => {
  const [name = "local", folder] = process.argv.slice(2);
  const host = await hostWith(new Stack(name, await toolchain()), "puppetdb");
  if (folder !== undefined) await makeFolder(folder);
  const began = Date.now();
  const { code, stdout, stderr } = await host.run("puppetdb-backup");
  if (code !== 0) throw new Problem(`${host.fqdn}: the backup failed: ${stderr.trim()}`);
  const backup = stdout.trim();
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${host.fqdn}: created ${backup} in ${seconds} s`);
  if (folder !== undefined) {
    const copy = join(folder, basename(backup));
    const copied = await host.run(`cat ${backup}`, { stdoutFile: `${copy}.part` });
    if (copied.code !== 0) {
      throw new Problem(`${host.fqdn}: the backup could not be copied: ${copied.stderr.trim()}`);
    }
    renameSync(`${copy}.part`, copy);
    console.log(`copied to ${copy}, ${String(Math.ceil(statSync(copy).size / 1024))} KiB`);
  }
  return 0;
});

async function makeFolder(folder: string): Promise<void> {
  const { code, stderr } = await run(["mkdir", "--parents", "--mode=0700", "--", folder]);
  if (code !== 0) throw new Problem(`Cannot create the folder ${folder}: ${stderr.trim()}`);
}
