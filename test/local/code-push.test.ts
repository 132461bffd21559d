import { beforeAll, describe, expect, it } from "vitest";
import {
  commit,
  commitsOn,
  deploys,
  idle,
  lastDeployment,
  push,
  pushOf,
  repository,
  requestOf,
  runOn,
  as,
  send,
  signatureOf,
} from "../support/local/code.js";
import { exec, output, outputs, until } from "../support/environment.js";

const servers = ["main", "compiler1", "compiler2"];
const json = { "Content-Type": "application/json" };
const messageOf = (text: string) => ({
  "data/nodes/agent1.example.test.yaml": `profile::motd::message: ${text}\n`,
});

/** Journal lines about requests, from any service. */
const told = async (): Promise<string[]> =>
  (
    await output(
      "main",
      "journalctl --quiet --output cat SYSLOG_IDENTIFIER=puppet-code-request + _SYSTEMD_UNIT=puppet-webhook-proxy.service | grep -E 'not deployed|refused|asked for|Nothing' || true",
    )
  )
    .split("\n")
    .filter(Boolean);

describe("a signed push", () => {
  beforeAll(idle);

  it("reaches the main server, every compiler, and the agents' next runs on any compiler", async () => {
    const head = await commit("production", messageOf("pushed once"));
    const { status, text, seconds } = await push("production");
    expect(text).toMatch(/^success: production in /);
    expect(status).toBe(200);
    for (const server of servers)
      expect(text).toMatch(new RegExp(`^${server}  (deployed|unchanged)`, "m"));
    expect(await commitsOn(servers)).toEqual(servers.map(() => head.slice(0, 12)));
    console.log(`a push reached all servers and was answered in ${seconds.toFixed(1)} s`);

    expect(await runOn("compiler1", "agent1")).toContain("Catalog compiled by compiler1.");
    expect(await output("agent1", "cat /etc/motd")).toBe("pushed once");
    const next = await commit("production", messageOf("pushed twice"));
    await push("production");
    const run = await runOn("compiler2", "agent1");
    expect(await output("agent1", "cat /etc/motd")).toBe("pushed twice");
    // Reports say which commit a machine has.
    expect(run).toContain(`Applying configuration version '${next}'`);
  });

  it("is recorded, with each server's result, commit and seconds, and one line in the journal", async () => {
    const head = await commit("production", messageOf("recorded"));
    const before = await deploys();
    await push("production");
    const deployment = await lastDeployment();
    expect(deployment.outcome).toBe("success");
    expect(deployment.servers.map(({ name }) => name)).toEqual(servers);
    // A compiler may have fetched it by itself, just before it was asked to.
    for (const { state } of deployment.servers) expect(state).toMatch(/^(deployed|unchanged)$/);
    for (const { commits, seconds } of deployment.servers) {
      expect(commits.production).toBe(head);
      expect(seconds).toBeGreaterThan(0);
    }
    expect(await deploys()).toBe(before + 1);
    const line = await output(
      "main",
      "journalctl --unit puppet-code-deploy --output cat --lines 1",
    );
    expect(line).toMatch(
      /^success: production in [\d.]+ s; main deployed, compiler1 (deployed|unchanged), compiler2 (deployed|unchanged); /,
    );
    expect(line).toContain(`production ${head.slice(0, 12)}`);
  });

  it("may have the format of Gitea, GitLab, Bitbucket and Azure DevOps", async () => {
    const { webhookSecret } = await outputs();
    const body = pushOf("production");
    const signature = signatureOf(body, webhookSecret)["X-Hub-Signature-256"] ?? "";
    const gitlab = JSON.stringify({
      ref: "refs/heads/production",
      after: "1".repeat(40),
      project: { path_with_namespace: "var/lib/puppet-control/control" },
    });
    const bitbucket = JSON.stringify({
      push: { changes: [{ new: { type: "branch", name: "production" }, old: null }] },
      repository: { full_name: "var/lib/puppet-control/control" },
    });
    const azure = JSON.stringify({
      eventType: "git.push",
      resource: {
        refUpdates: [{ name: "refs/heads/production", newObjectId: "1".repeat(40) }],
        repository: { name: "control", project: { name: "puppet-control" } },
      },
    });
    const password = Buffer.from(`azure:${webhookSecret}`).toString("base64");
    const sent: [string, Record<string, string>][] = [
      [
        body,
        { "X-Gitea-Event": "push", "X-Hub-Signature": "sha1=00", "X-Hub-Signature-256": signature },
      ],
      [gitlab, { "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": webhookSecret }],
      [
        bitbucket,
        {
          "X-Event-Key": "repo:push",
          "X-Hub-Signature": signatureOf(bitbucket, webhookSecret)["X-Hub-Signature-256"] ?? "",
        },
      ],
      [azure, { Authorization: `Basic ${password}` }],
    ];
    for (const [text, headers] of sent) {
      const answer = await send(text, { ...json, ...headers });
      expect(answer.text).toMatch(/^(success: |Requested)/);
      expect(answer.status).toBe(200);
      await idle();
    }
  });

  it("deploys nothing for tags, pings, other events and what is no branch, without an error", async () => {
    const { webhookSecret } = await outputs();
    const before = await deploys();
    for (const branch of ["../../etc", "; rm -rf /", "--config"]) {
      expect(await push(branch)).toMatchObject({
        status: 200,
        text: `Nothing to deploy: "refs/heads/${branch}" is not a branch.\n`,
      });
    }
    const other = pushOf("production");
    expect(
      await send(other, {
        ...{ ...json, "X-GitHub-Event": "workflow_run" },
        ...signatureOf(other, webhookSecret),
      }),
    ).toMatchObject({
      status: 200,
      text: 'Nothing to deploy: the event "workflow_run" is not a push.\n',
    });
    const tag = await push("production", { ref: "refs/tags/v1" });
    expect(tag).toMatchObject({
      status: 200,
      text: "Nothing to deploy: tags are not environments.\n",
    });
    const body = JSON.stringify({ zen: "Design for failure." });
    const headers = { ...json, "X-GitHub-Event": "ping", ...signatureOf(body, webhookSecret) };
    expect(await send(body, headers)).toMatchObject({
      status: 200,
      text: "Nothing to deploy: the webhook works.\n",
    });
    expect(await deploys()).toBe(before);
  });
});

describe("an invalid request", () => {
  /** Requests by their fault: what is sent, and the status of the answer. */
  const requests = (
    secret: string,
  ): [string, number, string, Record<string, string>, string?][] => {
    const body = pushOf("production");
    const event = { ...json, "X-GitHub-Event": "push" };
    const signed = (text: string) => ({ ...event, ...signatureOf(text, secret) });
    const large = pushOf("production", { padding: "x".repeat(2 * 1024 * 1024) });
    return [
      ["unsigned", 403, body, event],
      ["signed with another secret", 403, body, { ...event, ...signatureOf(body, `${secret}x`) }],
      ["replayed with another body", 403, pushOf("development"), signed(body)],
      ["signed by SHA-1", 403, body, { ...event, "X-Hub-Signature": "sha1=0000" }],
      ["with another token", 403, body, { ...event, "X-Gitlab-Token": "x".repeat(48) }],
      ["with the secret in plain text", 403, body, { ...event, Authorization: secret }],
      ["oversized", 413, large, signed(large)],
      ["of unknown size", 411, body, { ...signed(body), "Transfer-Encoding": "chunked" }],
      ["for another path", 404, body, signed(body), "/hooks/other"],
      ["not JSON", 400, "not json", signed("not json")],
      ["without an event", 400, body, { ...json, ...signatureOf(body, secret) }],
    ];
  };

  it("gets an error, deploys nothing, and is logged in one line without a secret", async () => {
    await idle();
    const { webhookSecret } = await outputs();
    const before = { deploys: await deploys(), commits: await commitsOn(servers) };
    for (const [what, status, body, headers, path] of requests(webhookSecret)) {
      const lines = await told();
      const answer = await send(body, headers, path);
      expect(answer.status, `${what}: ${answer.text}`).toBe(status);
      expect(answer.text.length, what).toBeGreaterThan(10);
      await until(`${what} is told of`, async () => (await told()).length > lines.length, 10);
      const [line, ...more] = (await told()).slice(lines.length);
      expect(more, what).toEqual([]);
      expect(line, what).toMatch(/not deployed: status 4|refused: /);
      expect(line, what).not.toContain(webhookSecret);
    }
    expect(await output("main", "ls /var/lib/puppet-code-request/new")).toBe("");
    expect({ deploys: await deploys(), commits: await commitsOn(servers) }).toEqual(before);
  });

  it("gets TLS 1.2 or newer, and a certificate for the main server's name that has no rights", async () => {
    const { webhookUrl } = await outputs();
    const { host, hostname } = new URL(webhookUrl);
    const hello = (version: string) =>
      exec("agent1", [
        ...["sh", "-c"],
        `openssl s_client -connect ${host} ${version} -CAfile /var/lib/puppet/ssl/certs/ca.pem -verify_return_error -verify_hostname ${hostname} </dev/null 2>&1`,
      ]);
    expect((await hello("-tls1_1 -cipher DEFAULT@SECLEVEL=0")).stdout).toContain(
      "alert protocol version",
    );
    const { stdout } = await hello("-tls1_2");
    expect(stdout).toContain("Verification: OK");
    expect(stdout).toMatch(/subject=CN ?= ?webhook\.main\.example\.test/);
  });

  it.each([
    [64, "agent1"],
    [200, "compiler1"],
  ])("is answered in time while %i sockets of %s do nothing", async (count, from) => {
    await idle();
    const open = exec(from, [
      ...["ruby", "-rsocket", "-e"],
      `sockets = Array.new(${String(count)}) { TCPSocket.new("main.example.test", 9000) }; sleep 12`,
    ]);
    await until(
      `${from} has its sockets`,
      async () =>
        Number(await output("main", "ss -Htn state established sport = :9000 | wc -l")) > 60,
      10,
    );
    const { webhookSecret } = await outputs();
    const body = JSON.stringify({ zen: "" });
    const headers = { ...json, "X-GitHub-Event": "ping", ...signatureOf(body, webhookSecret) };
    const answer = await send(body, headers);
    expect(answer.status, answer.text).toBe(200);
    // Gitea and Forgejo give up after five.
    expect(answer.seconds).toBeLessThan(5);
    await open;
  });

  it("is handled by services whose user has no shell", async () => {
    expect(await output("main", "ps -o user= -C webhook | sort -u")).toBe("puppet-webhook");
    expect(await output("main", "getent passwd puppet-webhook")).toMatch(/\/nologin$/);
    const { code } = await exec("main", ["cat", "/etc/puppet-webhook/hooks.yaml"], {
      user: "nobody",
    });
    expect(code).not.toBe(0);
  });

  it("cannot reach the host's key, which administers the CA: neither services nor deploys may read it", async () => {
    const find =
      "find /etc /var /run /usr/local -xdev -type f -readable -exec grep -ls 'PRIVATE KEY-----' {} + 2>/dev/null || true";
    const readable = (user: string) => as(user, `cd / && ${find}`);
    expect(await readable("puppet-webhook")).toBe("");
    expect(await readable("puppet-code")).toBe("/etc/puppet-code/.ssh/id_ed25519");
    expect(await output("main", `cd / && ${find}`)).toContain("main.example.test.pem");
  });
});

describe("a hundred pushes within five seconds", () => {
  it("start at most two deploys, and the last commit is everywhere", async () => {
    await idle();
    const { webhookUrl, webhookSecret, caCertificate } = await outputs();
    const commits = (
      await as(
        "puppet-control",
        `set -e
cd /tmp/committer/work && git fetch --quiet && git checkout --quiet -B production origin/production
for count in $(seq 100); do
  echo "profile::motd::message: push $count" >data/nodes/agent1.example.test.yaml
  git -c user.name=test -c user.email=test@localhost commit --quiet --all --message "$count"
done
git push --quiet --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin HEAD:refs/all/pushes
git rev-list --reverse --max-count 100 HEAD`,
      )
    ).split("\n");
    expect(commits).toHaveLength(100);
    const body = pushOf("production");
    const headers = { ...json, "X-GitHub-Event": "push", ...signatureOf(body, webhookSecret) };
    await output(
      "main",
      "cat >/run/push && chmod 0644 /run/push",
      requestOf(webhookUrl, body, headers, "/run/push-ca.pem"),
    );
    await output("main", "cat >/run/push-ca.pem && chmod 0644 /run/push-ca.pem", caCertificate);
    const before = await deploys();
    const sent = await as(
      "puppet-control",
      `began=$(date +%s%N)
for commit in ${commits.join(" ")}; do
  git -C ${repository} update-ref refs/heads/production $commit
  curl --config /run/push >/dev/null 2>&1 &
done
echo $(( ($(date +%s%N) - began) / 1000000 ))
wait`,
    );
    const last = commits.at(-1)?.slice(0, 12);
    await until(
      "the last commit is everywhere",
      async () => (await commitsOn(servers)).every((one) => one === last),
      60,
    );
    await idle();
    const count = (await deploys()) - before;
    console.log(
      `100 pushes within ${(Number(sent) / 1000).toFixed(1)} s: ${String(count)} deploys`,
    );
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(2);
    expect(await commitsOn(servers)).toEqual(servers.map(() => last));
  });
});
