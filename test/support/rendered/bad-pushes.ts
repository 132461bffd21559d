import type { Message } from "./push-servers.js";

/** A message as the webhook passes it on: headers in the environment, the body in a file. */
export interface Raw {
  events: Readonly<Record<string, string | Buffer | null>>;
  payload: string | Buffer;
}

/** A message on its way. */
export const raw = ({ header = "GITEA_EVENT", event, body }: Message): Raw => ({
  events: { GITEA_EVENT: null, GITHUB_EVENT: null, GITLAB_EVENT: null, [header]: event ?? null },
  payload: JSON.stringify(body),
});

const repository = { full_name: "org/control" };
const ref = "refs/heads/production";
const push = (body: unknown): Raw => raw({ header: "GITHUB_EVENT", event: "push", body });
const text = (payload: string | Buffer, event: string | Buffer | null = "push"): Raw => ({
  events: { GITHUB_EVENT: event },
  payload,
});
const cloud = (changes: unknown): Raw =>
  raw({
    header: "BITBUCKET_EVENT",
    event: "repo:push",
    body: { repository, push: { changes } },
  });
const server = (changes: unknown): Raw =>
  raw({
    header: "BITBUCKET_EVENT",
    event: "repo:refs_changed",
    body: { repository: { slug: "control", project: { key: "PUP" } }, changes },
  });

const noObject = "The request's body is not a JSON object.";
const noBranch = "Nothing to deploy: the request names no branch.";
const noRepository = "Nothing to deploy: the request names no repository.";
const noPush = "Nothing to deploy: the request is not a push as its Git server documents it.";
const noText = "The request is not in UTF-8.";
const noEvent = "The request names no event.";
const unknownEvent = (shown: string) => `Nothing to deploy: the event ${shown} is not a push.`;
const refusedBranch = (shown: string) => `Nothing to deploy: ${shown} is not a branch.`;

/** A value as shown in a test's name. */
const shown = (value: unknown) => (value === undefined ? "not there" : JSON.stringify(value));

/** What nobody can read, and the error that its sender gets. */
export const unreadable: readonly [what: string, message: Raw, sentence: string][] = [
  ...[
    "",
    " ",
    "nope",
    "{",
    '{"ref":',
    "NaN",
    "null",
    "[]",
    '{"root":[]}',
    "5",
    '"text"',
    "true",
    "[{}]",
  ].map((payload): [string, Raw, string] => [`the body ${payload}`, text(payload), noObject]),
  ...["null", "[]", "", "ref=x"].map((payload): [string, Raw, string] => [
    `the form ${payload}`,
    text(JSON.stringify({ payload })),
    noObject,
  ]),
  ["brackets without end", text("[".repeat(100_000)), noObject],
  ["bytes that are no text", text(Buffer.from([0xff, 0xfe, 0x00])), noObject],
  [
    "a branch in another encoding",
    text(Buffer.from(JSON.stringify({ ref: "refs/heads/größer", repository }), "latin1")),
    noText,
  ],
  [
    "a repository in another encoding",
    text(Buffer.from('{"ref":"refs/heads/a","repository":{"full_name":"größer"}}', "latin1")),
    noText,
  ],
  ["half a character", text('{"ref":"refs/heads/\\ud800","repository":{}}'), noObject],
  ["a branch that was not in UTF-8", push({ ref: "refs/heads/gr\ufffd", repository }), noText],
  ["a repository that was not", push({ ref, repository: { full_name: "gr\ufffd" } }), noText],
  ["no event", text(JSON.stringify({ ref, repository }), null), noEvent],
  ["an empty event", text(JSON.stringify({ ref, repository }), ""), noEvent],
  ...[null, 5, "", ["git.push"]].map((eventType): [string, Raw, string] => [
    `the event ${JSON.stringify(eventType)} in the body`,
    text(JSON.stringify({ eventType }), null),
    noEvent,
  ]),
  ["an event that is no text", text(JSON.stringify({ ref, repository }), Buffer.of(255)), noText],
];

/** What deploys nothing because no Git server sends it, and the sentence that says so. */
export const strange: readonly [what: string, message: Raw, sentence: string][] = [
  ["an empty body", text("{}"), noBranch],
  ["an empty form", text('{"payload":"{}"}'), noBranch],
  ["a form in a form", text('{"payload":"{\\"payload\\":\\"{}\\"}"}'), noBranch],
  ...["issues", "repo:fork", "pushes", "push\n", "; reboot"].map((event): [string, Raw, string] => [
    `the event ${JSON.stringify(event)}`,
    text(JSON.stringify({ ref, repository }), event),
    unknownEvent(JSON.stringify(event)),
  ]),
  [
    "an endless event",
    text(JSON.stringify({ ref, repository }), "e".repeat(5000)),
    unknownEvent(`"${"e".repeat(40)}"`),
  ],

  ["no branch", push({ repository }), noBranch],
  ...[null, 5, 1.5, true, [ref], { ref }].map((value): [string, Raw, string] => [
    `a branch that is ${JSON.stringify(value)}`,
    push({ ref: value, repository }),
    noBranch,
  ]),
  ...[
    ...["", "production", "refs/", "refs/heads", "refs/heads/", "refs/notes/a", "heads/a"],
    ...["refs/heads/../../etc", "refs/heads/a/../../etc", "refs/heads/a..b", "refs/heads/.a"],
    ...["refs/heads/; rm -rf /", "refs/heads/-x", "refs/heads/--config=x", "refs/heads//a"],
    ...["refs/heads/a\nb", "refs/heads/a\n", "\nrefs/heads/a", "refs/heads/a b", " refs/heads/a"],
    ...["refs/heads/a\u0000", "refs/heads/a\\b", "refs/heads/a@{b}", "refs/heads/a.lock/b"],
  ].map((value): [string, Raw, string] => [
    `the branch ${JSON.stringify(value)}`,
    push({ ref: value, repository }),
    refusedBranch(JSON.stringify(value)),
  ]),
  [
    "a branch of 300 characters",
    push({ ref: `refs/heads/${"b".repeat(300)}`, repository }),
    refusedBranch(`"refs/heads/${"b".repeat(69)}"`),
  ],
  [
    "a branch of 256 bytes",
    push({ ref: `refs/heads/b${"ü".repeat(127)}b`, repository }),
    refusedBranch(`"refs/heads/b${"ü".repeat(68)}"`),
  ],
  [
    "a deletion without a name",
    text(JSON.stringify({ ref_type: "branch", repository }), "delete"),
    refusedBranch('"refs/heads/"'),
  ],

  ["no repository", push({ ref }), noRepository],
  ...[null, 5, true, "org/control", [], {}, { full_name: 5 }, { full_name: null }].map(
    (value): [string, Raw, string] => [
      `a repository that is ${JSON.stringify(value)}`,
      push({ ref, repository: value }),
      noRepository,
    ],
  ),
  ...["", "a/../b", "/a", "a//b", "a\nb", "a\u0000b", "a;b", "$(a)", "y".repeat(201)].map(
    (value): [string, Raw, string] => [
      `the repository ${JSON.stringify(value.slice(0, 20))}`,
      push({ ref, repository: { full_name: value } }),
      `Nothing to deploy: ${JSON.stringify(value.slice(0, 80))} is not the name of a repository.`,
    ],
  ),
  ...[5, "x", [], { path_with_namespace: ["x"] }].map((value): [string, Raw, string] => [
    `a project that is ${JSON.stringify(value)}`,
    push({ ref, project: value, repository }),
    noRepository,
  ]),
  ...[{ slug: "a" }, { project: { key: "A" } }, { slug: 5, project: { key: "A" } }].map(
    (value): [string, Raw, string] => [
      `half a repository, ${JSON.stringify(value)}`,
      push({ ref, repository: value }),
      noRepository,
    ],
  ),

  ...[undefined, null, 5, "x", {}, { new: {} }].flatMap((value): [string, Raw, string][] => [
    [`changes of the Cloud that are ${shown(value)}`, cloud(value), noPush],
    [`changes of the Data Center that are ${shown(value)}`, server(value), noPush],
  ]),
  ...[null, 5, "x", true, [], {}, { new: 5 }, { new: [] }].map((value): [string, Raw, string] => [
    `a change of the Cloud that is ${JSON.stringify(value)}`,
    cloud([value]),
    noPush,
  ]),
  ...[null, 5, "x", true, [], { ref: 5 }, { ref: [] }].map((value): [string, Raw, string] => [
    `a change of the Data Center that is ${JSON.stringify(value)}`,
    server([value]),
    noPush,
  ]),
  ["a change of the Data Center without a branch", server([{ ref: {} }, {}]), noBranch],
];
