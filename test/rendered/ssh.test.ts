import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renderIdentity } from "../../templates/code-deployment/code-deployment.js";
import { inParsers, outputOf as sh } from "../support/rendered/parsers.js";
import { look } from "../support/rendered/preflight.js";

const folder = "/srv/ssh";
const [hard, given] = ["10-hardening.conf", "00-pulumi-puppet.conf"];
const drop = (name: string) => `/etc/ssh/sshd_config.d/${name}`;

/** Connects with a key, past sshd's own checks of who is who. */
const ssh = (port: number, login: string, command: string, address = "127.0.0.1") =>
  `ssh -F none -i ${folder}/key -p ${String(port)} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${login}@${address} ${command}`;

beforeAll(async () => {
  await sh(`mkdir -p ${folder} /run/sshd
    for key in key host other; do ssh-keygen -q -t ed25519 -N '' -f ${folder}/$key; done
    cp ${folder}/host /etc/ssh/ssh_host_ed25519_key
    install -D -m 0600 ${folder}/key.pub /root/.ssh/authorized_keys
    for user in puppet-code puppet-control; do getent passwd $user >/dev/null || useradd --system --user-group $user; done
    usermod --home ${folder}/home/puppet-code --shell /bin/sh --password '*' puppet-code
    install -D -m 0644 ${folder}/key.pub ${folder}/home/puppet-code/.ssh/authorized_keys`);
});
afterAll(() =>
  sh(
    `rm -f ${drop(hard)} ${drop(given)} /root/.ssh/authorized_keys; for file in ${folder}/*.pid; do kill $(cat $file); done; rm -rf ${folder}`,
  ),
);

/** Starts an SSH server with the configuration that is there. */
const startServer = (port: number, key = "host") =>
  sh(
    // The one before must have left the port: sshd also starts with one of two kinds of addresses only.
    `if test -e ${folder}/${String(port)}.pid; then
      pid=$(cat ${folder}/${String(port)}.pid); kill $pid
      for try in $(seq 100); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
    fi
    /usr/sbin/sshd -p ${String(port)} -h ${folder}/${key} -o PidFile=${folder}/${String(port)}.pid`,
  );

describe("the port of a server's SSH server", () => {
  const hostKey = () => sh(`cat ${folder}/host.pub`);
  /** What the script prints when Pulumi comes through a port, and sudo has hidden which. */
  const identityAt = async (port: number, address = "127.0.0.1"): Promise<string[]> => {
    const values = { host: "main.example.test", address, hostKey: await hostKey() };
    const command = ssh(port, "root", "'env -u SSH_CONNECTION bash -s; exit'", address);
    return (await sh(command, renderIdentity(values))).split("\n");
  };

  beforeAll(async () => {
    await startServer(2222);
  });

  it("is the one that Pulumi came through, if nothing answers at 22", async () => {
    const [key, ...more] = await identityAt(2222);
    expect(key).toMatch(/^ssh-ed25519 \S+ puppet-code@main\.example\.test$/);
    expect(more).toEqual(["port 2222"]);
  });

  it("is not 22 if another SSH server is there, such as that of a Git service", async () => {
    await startServer(22, "other");
    expect((await identityAt(2222)).slice(1)).toEqual(["port 2222"]);
  });

  it("is 22 if the same server answers there, and Pulumi came through a forwarded port", async () => {
    await startServer(22);
    expect((await identityAt(2222)).slice(1)).toEqual([]);
    expect((await identityAt(22)).slice(1)).toEqual([]);
  });

  it("is found at an address of IPv6 as well", async () => {
    await startServer(22, "other");
    expect((await identityAt(2222, "::1")).slice(1)).toEqual(["port 2222"]);
    await startServer(22);
    expect((await identityAt(2222, "::1")).slice(1)).toEqual([]);
  });
});

describe("addresses of IPv6 in command lines of SSH and Git", () => {
  it("have brackets in front of a port or a path, and none alone", async () => {
    await startServer(2222);
    await sh(`git init --quiet --bare ${folder}/repository`);
    const options = `-F none -i ${folder}/key -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p 2222`;
    const through = `-o ProxyCommand='ssh ${options} -W [%h]:%p root@::1'`;
    expect(await sh(`ssh ${options} ${through} root@::1 'echo $SSH_CONNECTION'`)).toMatch(
      /^::1 \d+ ::1 2222$/,
    );
    await sh(
      `GIT_SSH_COMMAND="ssh ${options}" git ls-remote 'root@[::1]:${folder}/repository' && ! ssh ${options} 'root@[::1]' true`,
    );
  });
});

describe("sshd's rules for the users that code needs", () => {
  const check = (address = "127.0.0.1") =>
    look("sshd", {
      address,
      logins: [
        { user: "puppet-code", home: `${folder}/home/puppet-code`, addresses: [address] },
        { user: "puppet-control", home: `${folder}/home/puppet-control`, addresses: [address] },
      ],
    });
  const configure = (name: string, lines: string) =>
    inParsers(["install", "-m", "0644", "/dev/stdin", drop(name)], lines);

  beforeEach(() => sh(`rm -f ${drop(hard)} ${drop(given)}`));

  it("are well as Debian has them", async () => {
    expect(await check()).toEqual([]);
  });

  it.each([
    ["a list of users", "AllowUsers admin ansible@10.*", "AllowUsers puppet-code puppet-control"],
    ["a list of groups", "AllowGroups ssh-users", "AllowGroups puppet-code puppet-control"],
    ["users who are kept out", "DenyUsers puppet-*", "DenyUsers none"],
    [
      "keys elsewhere",
      "AuthorizedKeysFile /etc/ssh/keys/%u",
      "AuthorizedKeysFile .ssh/authorized_keys",
    ],
    [
      "a password as well",
      "AuthenticationMethods publickey,password",
      "AuthenticationMethods publickey",
    ],
    ["no keys at all", "PubkeyAuthentication no", "PubkeyAuthentication yes"],
    ["a command for all", "ForceCommand /usr/bin/menu", "ForceCommand none"],
    [
      "no keys of this type",
      "PubkeyAcceptedAlgorithms rsa-sha2-512",
      "PubkeyAcceptedAlgorithms +ssh-ed25519",
    ],
    [
      "rules for an address",
      "Match Address 127.0.0.0/8\n  AllowUsers admin",
      "AllowUsers puppet-code puppet-control",
    ],
    [
      "rules for an address of IPv6",
      "Match Address ::/64 LocalAddress ::1\n  AllowUsers admin",
      "AllowUsers puppet-code puppet-control",
      "::1",
    ],
  ])(
    "%s: told with the line that lets them in, which does",
    async (...[, lines, remedy, address]) => {
      await configure(hard, `${lines}\n`);
      const [finding] = await check(address);
      expect(finding).toMatchObject({
        ...{ server: "main", stops: true, about: "sshd" },
        found:
          "sshd does not let puppet-code and puppet-control log in with keys, as other servers do for code",
      });
      const [where, ...rest] = (finding?.advice ?? "").split("\n");
      expect(where).toBe(`write these lines to ${drop(given)}, and run systemctl reload ssh:`);
      const block = `${rest.join("\n")}\n`;
      expect(block).toBe(`Match User puppet-code,puppet-control\n    ${remedy}\n`);
      await startServer(2223);
      const login = ["bash", "-c", ssh(2223, "puppet-code", "echo in", address)];
      expect((await inParsers(login)).stdout).toBe("");
      await configure(given, block);
      expect(await check(address)).toEqual([]);
      await startServer(2223);
      expect(await inParsers(login)).toEqual({ code: 0, stdout: "in\n", stderr: "" });
    },
  );

  it("names only the users that are kept out", async () => {
    await configure(hard, "AllowUsers puppet-co?e@10.0.0.0/8 admin\n");
    expect((await check())[0]?.advice).toContain(
      "Match User puppet-control\n    AllowUsers puppet-control",
    );
  });
});
