import {
  renderMainLibrary,
  renderRequest,
} from "../../../templates/code-deployment/code-deployment.js";
import type { Raw } from "./bad-pushes.js";
import { inParsers, outputOf } from "./parsers.js";
import type { Message } from "./push-servers.js";
import { hmac, json, secret, signed, withPassword } from "./webhook.js";
import { install, type Sent } from "./webhook-requests.js";

/** A request to the webhook as the message's Git server sends it. */
export function requestOf({ header, event = "", body }: Message): Sent {
  const text = JSON.stringify(body);
  const sha1 = `sha1=${hmac(text, secret, "sha1")}`;
  const headers = {
    GITHUB_EVENT: { ...signed(text), "X-Hub-Signature": sha1, "X-GitHub-Event": event },
    // Forgejo sends the same, and headers of its own.
    GITEA_EVENT: {
      ...{ ...signed(text), "X-Hub-Signature": sha1, "X-Gitea-Signature": hmac(text) },
      ...{ "X-Gitea-Event": event, "X-GitHub-Event": event, "X-Gogs-Event": event },
      ...{ "X-Forgejo-Event": event, "X-Forgejo-Signature": hmac(text) },
    },
    GITLAB_EVENT: { ...json, "X-Gitlab-Token": secret, "X-Gitlab-Event": event },
    BITBUCKET_EVENT: { ...signed(text, "X-Hub-Signature"), "X-Event-Key": event },
  }[header ?? ""];
  return { body: text, headers: headers ?? withPassword(`azure:${secret}`) };
}

/** A request of somebody who knows the secret, with an event and a body of any kind. */
export function rawRequestOf({ events, payload }: Raw): Sent {
  const names = {
    ...{ GITHUB_EVENT: "X-GitHub-Event", GITEA_EVENT: "X-Gitea-Event" },
    ...{ GITLAB_EVENT: "X-Gitlab-Event", BITBUCKET_EVENT: "X-Event-Key" },
  };
  const headers = Object.entries(names).flatMap(([variable, header]) => {
    const event = events[variable];
    // Neither is one in a header.
    return typeof event === "string" && !event.includes("\n") ? [[header, event]] : [];
  });
  return {
    body: payload,
    headers: { ...signed(payload), ...(Object.fromEntries(headers) as Record<string, string>) },
  };
}

/** Ends the deploy of each request as a test wants it: with an outcome, or not at all. */
const deployer = (folder: string) => `
require "json"
requests = "${folder}/new"
loop do
  Dir.children(requests).sort.each do |id|
    outcome = File.read("${folder}/outcome")
    next if outcome == "none"

    wish = File.read("#{requests}/#{id}")
    next if wish.empty?

    File.write("${folder}/wishes", "#{wish}\\n", mode: "a")
    servers = [{ name: "main", state: outcome == "failure" ? "failed" : "deployed", seconds: 0.1 }]
    servers << { name: "compiler1", state: "unreachable", seconds: 0.2, error: "No route to host" } if outcome == "partial"
    result = { outcome: outcome, what: "it", seconds: 0.3, errors: outcome == "failure" ? ["Puppetfile: syntax error"] : [], servers: servers, requests: [id] }
    File.write("${folder}/result/next", JSON.generate(result))
    File.rename("${folder}/result/next", "${folder}/result/deployment.json")
    File.delete("#{requests}/#{id}")
  end
  sleep 0.05
rescue Errno::ENOENT
  # A test has the folder put away.
  sleep 0.05
end`;

/** The command that the webhook runs, with everything that it needs below a folder. */
export const commandIn = (folder: string) =>
  renderRequest({ ruby: "/usr/bin/ruby" })
    .replaceAll("/var/lib/puppet-code-request", folder)
    .replaceAll("/usr/local/lib/puppet-code/", `${folder}/`)
    .replaceAll("/etc/puppet-code/", `${folder}/`);

/** A deploy that takes up requests below a folder, in the place of the real one. */
export class StandInDeploy {
  constructor(
    private readonly folder: string,
    private readonly user: string,
  ) {}

  private get unit(): string {
    return `rendered-deploy-${this.folder.replaceAll("/", "-")}`;
  }

  /** Starts it, with settings of the main server that have these sources. */
  async start(sources: readonly { repository: string; prefix: string }[]): Promise<void> {
    await install(`${this.folder}/push.rb`, renderMainLibrary()["push.rb"] ?? "");
    const settings = JSON.stringify({ tool: "r10k", sources });
    await install(`${this.folder}/settings.json`, settings);
    await outputOf(
      `mkdir -p ${this.folder}/new ${this.folder}/result && chown ${this.user} ${this.folder}/new`,
    );
    await this.will("success");
    await install(`${this.folder}/deployer.rb`, deployer(this.folder));
    await outputOf(
      `systemd-run --quiet --collect --unit=${this.unit} ruby ${this.folder}/deployer.rb`,
    );
  }

  async stop(): Promise<void> {
    await inParsers(["systemctl", "stop", this.unit]);
  }

  /** Has the next deploys end like that. */
  async will(outcome: "success" | "partial" | "failure" | "none"): Promise<void> {
    await outputOf(`printf ${outcome} >${this.folder}/outcome`);
  }

  /** The requests since the last call. */
  async wishes(): Promise<unknown[]> {
    const lines = await outputOf(
      `touch ${this.folder}/wishes; cat ${this.folder}/wishes; : >${this.folder}/wishes`,
    );
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as unknown);
  }
}
