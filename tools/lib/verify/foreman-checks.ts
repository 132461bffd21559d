import { check, duration, type Check } from "./checks.js";

/** A query without a result. */
interface NoAnswer {
  readonly reason: string;
  /** Foreman does not know the object. */
  readonly unknown?: true;
}
type Answer<T> = T | NoAnswer;

/** Output of the program on a Puppet server. */
export interface ServerAnswers {
  readonly url: string;
  /** The node that was queried. */
  readonly node: string;
  readonly classification: Answer<{ classes: number; environment: string | null }>;
  readonly waiting: { count: number; oldest: number | null; dropped: number };
  readonly expired: { nodes: string[]; cacheHours: number; whenExpired: "serve" | "fail" };
  /** What the registered user gets; only on the main server. */
  readonly asUser?: UserAnswers;
}

/** What the user that registered the servers gets. */
interface UserAnswers {
  readonly user: string;
  readonly status: Answer<{ version: string }>;
  readonly trusted: Answer<{ names: string[] }>;
  /** Absent without a smart proxy. */
  readonly proxy?: Answer<
    { name: string; registered: false } | { name: string; registered: true; features: string[] }
  >;
  readonly report: Answer<{ age: number | null }>;
  readonly facts: Answer<{ there: boolean }>;
}

/** Features of the smart proxy. */
const features = ["Puppet", "Puppet CA", "Logs"];
/** Seconds within which a report should be sent: each attempt follows the last after 15. */
const reportDeadline = 120;

/**
 * Checks of what the registered user gets.
 *
 * @param servers certificate names of all Puppet servers
 */
export function userChecks(
  { url, node, asUser }: ServerAnswers,
  servers: readonly string[],
): Check[] {
  if (asUser === undefined) {
    return [check("API", "failed", "The main server has no Foreman user; deploy the stack.")];
  }
  const { user, status } = asUser;
  if ("reason" in status) {
    const remedy = "check that it is running, and that puppet:foreman has the user's password";
    return [
      check(
        "API",
        "failed",
        `Foreman at ${url} does not answer ${user}: ${status.reason}; ${remedy}.`,
      ),
      ...["trusted_hosts", "smart proxy", `report of ${node}`, `facts of ${node}`].map((what) =>
        check(what, "skipped", `Foreman does not answer ${user}; see the check API.`),
      ),
    ];
  }
  return [
    status.version === ""
      ? check("API", "failed", `${url} reports no version; check that it is Foreman.`)
      : check("API", "ok", `Foreman ${status.version} at ${url} answers ${user}.`),
    trustCheck(asUser.trusted, servers),
    proxyCheck(asUser.proxy),
    reportCheck(node, asUser.report),
    factsCheck(node, asUser.facts),
  ];
}

/** Whether Foreman trusts all Puppet servers. */
function trustCheck(trusted: UserAnswers["trusted"], servers: readonly string[]): Check {
  const what = "trusted_hosts";
  if ("reason" in trusted) return check(what, "failed", `It cannot be read: ${trusted.reason}.`);
  const missing = servers.filter((server) => !trusted.names.includes(server));
  return missing.length === 0
    ? check(what, "ok", "It has every Puppet server.")
    : check(what, "failed", `It lacks ${missing.join(", ")}; deploy the stack again.`);
}

function proxyCheck(proxy: UserAnswers["proxy"]): Check {
  const what = "smart proxy";
  if (proxy === undefined) {
    return check(what, "skipped", "There is none; puppet:foreman.smartProxy adds it.");
  }
  if ("reason" in proxy) {
    const remedy = "see systemctl status foreman-proxy on the main server";
    return check(what, "failed", `Foreman cannot read its features: ${proxy.reason}; ${remedy}.`);
  }
  if (!proxy.registered) {
    return check(what, "failed", `Foreman has no ${proxy.name}; deploy the stack again.`);
  }
  const missing = features.filter((feature) => !proxy.features.includes(feature));
  return missing.length === 0
    ? check(what, "ok", `${proxy.name} has the features ${features.join(", ")}.`)
    : check(
        what,
        "failed",
        `${proxy.name} lacks ${missing.join(", ")}; see /var/log/foreman-proxy/proxy.log on the main server.`,
      );
}

function reportCheck(node: string, report: UserAnswers["report"]): Check {
  const what = `report of ${node}`;
  if ("unknown" in report) return unknownNode(what, node);
  if ("reason" in report) return check(what, "failed", `It cannot be read: ${report.reason}.`);
  return report.age === null
    ? check(what, "warning", `There is none; run the agent on ${node}, and run this again.`)
    : check(what, "ok", `The newest is ${duration(report.age)} old.`);
}

function factsCheck(node: string, facts: UserAnswers["facts"]): Check {
  const what = `facts of ${node}`;
  if ("unknown" in facts) return unknownNode(what, node);
  if ("reason" in facts) return check(what, "failed", `They cannot be read: ${facts.reason}.`);
  return facts.there
    ? check(what, "ok", "Foreman has them.")
    : check(what, "warning", `There are none; run the agent on ${node}, and run this again.`);
}

const unknownNode = (what: string, node: string) =>
  check(what, "warning", `Foreman does not know ${node}; run an agent first.`);

/** Checks of what a Puppet server gets from Foreman, and of what it stores. */
export function serverChecks(server: string, answers: ServerAnswers): Check[] {
  return [
    questionCheck(server, answers),
    waitingCheck(server, answers.waiting),
    expiredCheck(server, answers.expired),
  ];
}

function questionCheck(server: string, { node, classification }: ServerAnswers): Check {
  const what = `query from ${server}`;
  if ("unknown" in classification) return unknownNode(what, node);
  if ("reason" in classification) {
    const remedy = `check that it is running, and trusts ${server}`;
    return check(
      what,
      "failed",
      `Foreman does not classify ${node}: ${classification.reason}; ${remedy}.`,
    );
  }
  const { classes, environment } = classification;
  const has = `${classes} ${classes === 1 ? "class" : "classes"}`;
  return check(what, "ok", `${node} has ${has} in ${environment ?? "no environment"}.`);
}

function waitingCheck(server: string, { count, oldest, dropped }: ServerAnswers["waiting"]): Check {
  const what = `reports on ${server}`;
  if (dropped > 0) {
    const were = `${dropped} ${dropped === 1 ? "was" : "were"} dropped since the server exists`;
    return check(what, "warning", `${were}; puppet-reports status there names the last ones.`);
  }
  if (count === 0) return check(what, "ok", "None is queued.");
  const waiting = `${count} ${count === 1 ? "is" : "are"} queued, the oldest for ${duration(oldest ?? 0)}`;
  return (oldest ?? 0) < reportDeadline
    ? check(what, "ok", `${waiting}.`)
    : check(what, "warning", `${waiting}; see journalctl -u puppet-reports there.`);
}

function expiredCheck(
  server: string,
  { nodes, cacheHours, whenExpired }: ServerAnswers["expired"],
): Check {
  const what = `cache on ${server}`;
  const limit = `older than ${cacheHours} hours`;
  if (nodes.length === 0) return check(what, "ok", `No classification is ${limit}.`);
  const of =
    nodes.length > 3
      ? `${nodes.slice(0, 3).join(", ")} and ${nodes.length - 3} others`
      : nodes.join(", ");
  const [outcome, meaning] =
    whenExpired === "fail"
      ? (["failed", "they get no catalog while Foreman is down"] as const)
      : (["warning", "they are served while Foreman is down"] as const);
  return check(
    what,
    outcome,
    `The classification of ${of} is ${limit}, and ${meaning}; see journalctl -u puppet-foreman-nodes there.`,
  );
}
