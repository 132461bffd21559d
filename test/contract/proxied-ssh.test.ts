import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../tools/lib/shell.js";
import { runningCommandLines } from "../support/command-lines.js";
import { type SshServer, startSshd } from "../support/contract/sshd.js";

const script = join(import.meta.dirname, "..", "..", "hosts", "proxied-ssh.sh");
/** Stands in for a proxy command such as Session Manager's: it connects its standard streams to the port. */
const pipe =
  'const s = require("net").connect(Number(process.argv[2]), process.argv[1]); process.stdin.pipe(s).pipe(process.stdout)';

let server: SshServer;
/** The script's own folder. */
const files = mkdtempSync(join(tmpdir(), "pulumi-puppet-test-"));
beforeAll(async () => {
  server = await startSshd("proxied");
});
afterAll(async () => {
  await server.stop();
  rmSync(files, { recursive: true });
});

const through = (command: string, stdin = "", hostKey = server.hostKey) =>
  run(["sh", script], {
    env: {
      ...process.env,
      TMPDIR: files,
      // A name that only the proxy command knows.
      TARGET: "root@i-0123456789abcdef0",
      HOST_KEY: hostKey,
      PROXY: `${process.execPath} -e '${pipe}' ${server.host} ${String(server.port)}`,
      COMMAND: command,
    },
    stdin: `${server.privateKey.trimEnd()}\n${stdin}`,
  });

describe("a host behind a proxy command", () => {
  it("runs a command, with its standard input, streams and exit code", async () => {
    const input = "a line\n".repeat(20_000);
    const { code, stdout, stderr } = await through("cat; echo said >&2; exit 3", input);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "said\n" });
    expect(stdout).toBe(input);
  });

  it("is rejected immediately if it presents a different key, and gets nothing", async () => {
    const before = Date.now();
    const { code, stderr } = await through("touch /tmp/reached", "", server.otherHostKey);
    expect(code).toBe(255);
    expect(stderr).toContain(
      "root@i-0123456789abcdef0 presents a host key that is not the expected one\n",
    );
    expect(Date.now() - before).toBeLessThan(10_000);
    await expect(server.run("! test -e /tmp/reached")).resolves.toBe("");
  });

  it("is waited for, with messages, until it answers", async () => {
    await server.run("systemctl stop ssh");
    const running = through("echo there");
    await server.run("until journalctl --quiet --unit ssh --grep Stopped; do sleep 0.1; done");
    await server.run("systemctl start ssh");
    const { code, stdout } = await running;
    expect(code).toBe(0);
    expect(stdout).toContain("there\n");
  });

  it("has its key on no command line, and in no file that remains", async () => {
    const running = through("sleep 2");
    const seen: string[] = [];
    const used = new Set<string>();
    const look = setInterval(() => {
      seen.push(...runningCommandLines());
      for (const file of readdirSync(files)) used.add(file);
    }, 50);
    await running;
    clearInterval(look);
    expect(used.size).toBe(1);
    expect(readdirSync(files)).toEqual([]);
    expect(seen.some((line) => line.includes("i-0123456789abcdef0"))).toBe(true);
    const secret = server.privateKey.split("\n")[3] ?? "";
    expect(seen.filter((line) => line.includes(secret))).toEqual([]);
  });
});
