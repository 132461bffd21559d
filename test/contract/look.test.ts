import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { debian } from "../../distributions/debian.js";
import { renderPreflight } from "../../hosts/preflight/preflight.js";
import { lookAtServers, type Patience } from "../../tools/lib/preflight/look.js";
import { startSshd, type SshServer } from "../support/contract/sshd.js";

const patience: Patience = { dial: 0, boot: 0, required: true };
let server: SshServer;

beforeAll(async () => {
  server = await startSshd("look");
  await server.run(
    "useradd --create-home admin; cp -r /root/.ssh /home/admin/ && chown -R admin: /home/admin/.ssh",
  );
});
afterAll(() => server.stop());

/** A look at the server, which prints one finding. */
const lookWith = (changes: Readonly<Record<string, unknown>> = {}, script?: string) => {
  const { host, port, user, privateKey, hostKey } = server;
  return {
    ...{ name: "main", fqdn: "main.example.test", address: host },
    connection: {
      host,
      port,
      user,
      privateKey,
      hostKey,
      sudo: false,
      dialErrorLimit: 1,
      ...changes,
    },
    script:
      script ??
      `printf '\\036begin\\036tells\\037note\\037%s\\037would\\037do\\036end\\036' "$1 $(id -un)"`,
  };
};
const findings = async (look: ReturnType<typeof lookWith>, how = patience) => {
  const said: string[] = [];
  const found = await lookAtServers([look], how, (line) => said.push(line));
  return { found, said };
};

it("runs the script as root, by sudo where the user is another", async () => {
  const asRoot = { server: "main", stops: false, about: "note", found: "0 root" };
  expect((await findings(lookWith())).found).toMatchObject([asRoot]);
  await server.run("echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin");
  const admin = lookWith({ user: "admin", sudo: true });
  expect((await findings(admin)).found).toMatchObject([asRoot]);
});

it.each([
  ["a password", "admin ALL=(ALL) ALL", /password is required/],
  ["a terminal", "Defaults:admin requiretty\nadmin ALL=(ALL) NOPASSWD: ALL", /tty/],
])("says that sudo wants %s", async (_, rules, said) => {
  await server.run(`printf '%s\\n' '${rules}' >/etc/sudoers.d/admin`);
  const { found } = await findings(lookWith({ user: "admin", sudo: true }));
  expect(found).toMatchObject([{ stops: true, about: "sudo" }]);
  expect(found[0]?.found).toMatch(said);
  expect(found[0]?.advice).toContain("admin ALL=(ALL) NOPASSWD: ALL");
});

it("says that a server is another one, or does not let the user in", async () => {
  const other = await findings(lookWith({ hostKey: server.otherHostKey }));
  expect(other.found).toMatchObject([{ stops: true, about: "host key" }]);
  const nobody = await findings(lookWith({ user: "nobody" }));
  expect(nobody.found).toMatchObject([{ stops: true, about: "login" }]);
  expect(nobody.found[0]?.found).toContain("it does not let nobody log in with the key");
});

it("finds nothing on a server that nobody uses, and changes nothing there", async () => {
  const roots = "/etc /usr /var/lib /var/cache /root /home /opt";
  const state = () =>
    server.run(`find ${roots} -xdev -printf '%p %y %s %T@ %C@ %m %u\\n' | sort | sha256sum`);
  const before = await state();
  const script = renderPreflight({
    ...{ name: "main", fqdn: "main.example.test", address: "10.1.0.10", distribution: debian },
    ...{ cores: 1, memory: 64, names: ["localhost"], packages: ["puppetserver"], logins: [] },
    ...{ ports: [{ port: 8140, service: "puppetserver" }], main: true, haproxy: true },
    ...{ postgresql: true, takeOver: [], caName: "Puppet CA", environments: undefined },
  });
  expect((await findings(lookWith({}, script))).found).toEqual([]);
  expect(await state()).toBe(before);
});

it("says why a look ended early, and keeps what it had found", async () => {
  const script =
    "printf '\\036begin\\036stops\\037disk\\037full\\037fail\\037make room\\036'; echo 'no such thing' >&2; exit 3";
  expect((await findings(lookWith({}, script))).found).toMatchObject([
    { about: "look", found: "the look did not run to its end: it ended with 3: no such thing" },
    { about: "disk", found: "full" },
  ]);
});

it("passes over what a login shell says, and no look that never ran for a good one", async () => {
  await server.run("echo 'echo Welcome to this server' >/root/.bashrc");
  expect((await findings(lookWith())).found).toMatchObject([{ found: "0 root" }]);
  await server.run("echo 'echo Please log in as admin; exit 0' >/root/.bashrc");
  const { found } = await findings(lookWith());
  expect(found).toMatchObject([{ stops: true, about: "look" }]);
  expect(found[0]?.found).toContain("ended with 0: Please log in as admin");
  await server.run("rm /root/.bashrc");
});

it("says that the jump host is in the way, not the server", async () => {
  const { host, port, user, privateKey, hostKey } = server;
  const proxy = { host, port, user, privateKey, hostKey };
  // What the jump host reaches as itself.
  const behind = { host: "127.0.0.1", port: 22 };
  expect((await findings(lookWith({ ...behind, proxy }))).found).toMatchObject([
    { found: "0 root" },
  ]);
  const wrongs = [
    [{ ...proxy, user: "nobody" }, /nobody@127\.0\.0\.1: Permission denied/],
    [{ ...proxy, hostKey: server.otherHostKey }, /host key|HOST/i],
    [{ ...proxy, host: "jump.none.invalid" }, /resolve/],
  ] as const;
  for (const [wrong, said] of wrongs) {
    const { found } = await findings(lookWith({ ...behind, proxy: wrong }));
    expect(found).toMatchObject([{ stops: true, about: "jump host" }]);
    expect(found[0]?.found).toMatch(said);
  }
});

it("waits for a server that is away, and says so; later, one that stays away stops nobody", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const patient = { ...patience, dial: 3 };
  const { found, said } = await findings(lookWith({ port }), patient);
  expect(said).toEqual(["main.example.test: waiting for SSH"]);
  expect(found).toMatchObject([{ stops: true, about: "away" }]);
  expect(found[0]?.found).toMatch(/Connection refused/);
  const later = await findings(lookWith({ port }), { ...patience, required: false });
  expect(later.found).toMatchObject([{ stops: false, about: "away" }]);

  // It comes back while the look waits.
  await server.run("systemctl stop ssh");
  const back = findings(lookWith(), { ...patience, dial: 60 });
  await server.run(
    "systemd-run --quiet --on-active=3 --timer-property=AccuracySec=100ms systemctl start ssh",
  );
  expect((await back).found).toMatchObject([{ about: "note", found: "0 root" }]);
});
