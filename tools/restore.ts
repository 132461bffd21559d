import { existsSync } from "node:fs";
import { main, Problem } from "./problem.js";
import { hostWith, type RemoteHost } from "./remote.js";
import { Stack } from "./stack.js";
import { toolchain } from "./toolchain/toolchain.js";

// `npm run restore -- BACKUP [STACK] [--rehearse]`: restores PuppetDB's database; BACKUP is `latest`, a path on
// PuppetDB's host, or a file here.
await main(async () => {
  const args = process.argv.slice(2);
  const rehearse = args.includes("--rehearse");
  const [backup, name = "local", ...more] = args.filter((arg) => arg !== "--rehearse");
  if (backup === undefined || more.length > 0 || backup.startsWith("-")) {
    throw new Problem(
      "Say which backup: npm run restore -- latest, or a path on PuppetDB's host, or a file here; then the stack unless it is local, and --rehearse to change nothing.",
    );
  }
  const host = await hostWith(new Stack(name, await toolchain()), "puppetdb");
  const uploaded = existsSync(backup) ? await upload(host, backup) : undefined;
  try {
    const words = [...(rehearse ? ["--rehearse"] : []), quote(uploaded ?? backup)];
    const { code } = await host.run(`puppetdb-restore ${words.join(" ")}`, { show: true });
    return code;
  } finally {
    if (uploaded !== undefined) await host.run(`rm -f ${uploaded}`);
  }
});

/** Takes a file to the host, where only root can read it. */
async function upload(host: RemoteHost, file: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(
    "file=$(mktemp --tmpdir=/var/backups/puppetdb uploaded.XXXXXX) && cat >$file && echo $file",
    { stdinFile: file },
  );
  if (code !== 0) throw new Problem(`${host.fqdn}: ${file} could not be sent: ${stderr.trim()}`);
  return stdout.trim();
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
