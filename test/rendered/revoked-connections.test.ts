import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf, filesOf } from "../support/host-files/files.js";
import { inParsers } from "../support/rendered/parsers.js";

const folder = "/tmp/revoked-connections";
const unit = "rendered-revoked-connections";

/** A server that answers each line with the same line, one part at a time, and closes when its client ends. */
const server = `
require "socket"
listener = TCPServer.new("127.0.0.1", 18140)
loop do
  Thread.new(listener.accept) do |client|
    while (line = client.gets)
      sleep 4 if line.start_with?("slow")
      client.write(line)
    end
    client.close
  end
end
`;

/** A CA, and scripts that revoke a certificate and sign the list anew. */
const authority = `
mkdir ${folder} && cd ${folder}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=CA -keyout ca.key -out ca.pem 2>/dev/null
printf '[ca]\\ndefault_ca=ours\\n[ours]\\ndatabase=index\\ndefault_md=sha256\\ndefault_crl_days=30\\n' >ca.cnf
: >index
cat >sign <<'SIGN'
cd ${folder} && openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out new.pem && mv new.pem crl.pem
SIGN
cat >revoke <<'REVOKE'
printf 'R\\t350101000000Z\\t260101000000Z\\t%s\\tunknown\\t/CN=node%s\\n' "$1" "$1" >>${folder}/index
sh ${folder}/sign
REVOKE
sh sign
`;

/**
 * Opens a connection, sends a line, waits, and says what came.
 *
 * @param line what the server gets
 * @param before command that runs after the line was sent, or its answer has come
 * @param waits whether the answer comes first
 */
async function connection(line: string, before: string, waits: boolean): Promise<string> {
  const client = `
require "socket"
client = TCPSocket.new("127.0.0.1", 18140)
client.puts(${JSON.stringify(line)})
print client.gets if ${String(waits)}
sleep 0.5
system(${JSON.stringify(before)}, out: File::NULL, err: File::NULL)
ended = client.wait_readable(6)
print ended ? client.read : "open"
`;
  const { stdout } = await inParsers(["ruby", "-rio/wait", "-e", client]);
  return stdout;
}

/** Sends a line every half a second, which is answered at once, and says after how many seconds the connection has ended. */
async function busyConnection(before: string): Promise<number> {
  const client = `
require "socket"
client = TCPSocket.new("127.0.0.1", 18140)
start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
asked = 0
loop do
  client.puts("line")
  break unless client.gets
  asked += 1
  system(${JSON.stringify(before)}, out: File::NULL, err: File::NULL) if asked == 1
  abort("open") if asked == 30
  break if client.wait_readable(0.5)
end
print Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
`;
  const { code, stdout, stderr } = await inParsers(["ruby", "-rio/wait", "-e", client]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return Number(stdout);
}

describe("connections from before a revocation", () => {
  beforeAll(async () => {
    const program = fileOf(await filesOf("debian"), "compiler/puppet-revoked-connections")
      .replace(/^LIST = .*$/m, `LIST = "${folder}/crl.pem"`)
      .replace(/^PORT = .*$/m, "PORT = 18140")
      .replace(/^LOADED = .*$/m, "LOADED = 0.3")
      .replace(/^HANDSHAKE = .*$/m, "HANDSHAKE = 0.3")
      .replace(/^UNUSED = .*$/m, "UNUSED = 1500")
      .replace(/^PATIENCE = .*$/m, "PATIENCE = 4");
    const { code, stderr } = await inParsers(["sh", "-ec", authority]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    await inParsers(
      ["sh", "-c", `cat >${folder}/program && chmod 0755 ${folder}/program`],
      program,
    );
    await inParsers(["systemd-run", "--quiet", `--unit=${unit}-server`, "ruby", "-e", server]);
    // With the rights of its unit.
    const rights = "CapabilityBoundingSet=CAP_SYS_PTRACE CAP_DAC_OVERRIDE";
    const words = ["-p", rights, "-p", "NoNewPrivileges=yes", "-p", "ProtectSystem=strict"];
    await inParsers(["systemd-run", "--quiet", `--unit=${unit}`, ...words, `${folder}/program`]);
  });
  afterAll(async () => {
    await inParsers(["systemctl", "stop", unit, `${unit}-server`]);
    await inParsers(["rm", "-rf", folder]);
  });

  it("can be ended on this system", async () => {
    expect(await inParsers([`${folder}/program`, "check"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("end when nobody will use them again", async () => {
    expect(await connection("one", `sh ${folder}/revoke 11`, true)).toBe("one\n");
  });

  it("stay as long as one request follows another, for a while", async () => {
    const seconds = await busyConnection(`sh ${folder}/revoke 14`);
    expect(seconds).toBeGreaterThan(4);
    expect(seconds).toBeLessThan(12);
  });

  it("end after the answer to a request that takes long", async () => {
    expect(await connection("slow", `sh ${folder}/revoke 12`, false)).toBe("slow\n");
  });

  it("stay when the list is only signed anew", async () => {
    expect(await connection("two", `sh ${folder}/sign`, true)).toBe("two\nopen");
  });

  it("stay when the list is no list, or leads elsewhere", async () => {
    const replace = `cd ${folder}; cp crl.pem kept; echo none >crl.pem; sleep 1.5; ln -sf kept crl.pem`;
    expect(await connection("three", replace, true)).toBe("three\nopen");
    const { stdout } = await inParsers(["systemctl", "is-active", unit]);
    expect(stdout).toBe("active\n");
    await inParsers(["sh", "-c", `mv ${folder}/kept ${folder}/crl.pem`]);
  });

  it("end again at the next revocation", async () => {
    expect(await connection("four", `sh ${folder}/revoke 13`, true)).toBe("four\n");
    const { stdout } = await inParsers([
      "journalctl",
      "--no-pager",
      "--output=cat",
      "--unit",
      unit,
    ]);
    expect(stdout).toMatch(/^certificates were revoked: 1 of 1 open connections end$/m);
  });
});
