import type { Message } from "./push-payloads.js";

/** A message as the webhook passes it on: headers in the environment, the body in a file. */
export interface Raw {
  events: Readonly<Record<string, string | Buffer | null>>;
  payload: string | Buffer;
}

/** A message on its way. */
export const raw = ({ header, event, body }: Message): Raw => ({
  events: { GITEA_EVENT: null, GITHUB_EVENT: null, GITLAB_EVENT: null, [header]: event },
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
const noBranch = "The request names no branch.";
const noRepository = "The request names no repository.";
const noPush = "The request is not a push as its Git server documents it.";
const noText = "The request is not in UTF-8.";
const noEvent = "The request names no event.";
const unknownEvent = (shown: string) =>
  `The event ${shown} is not a push; have the Git server send pushes.`;
const refusedBranch = (shown: string) => `${shown} is not a branch that a push deploys.`;

/** A value as shown in a test's name. */
const shown = (value: unknown) => (value === undefined ? "not there" : JSON.stringify(value));

/** What is wrong, and the message that it is rejected with. */
export const bad: readonly [what: string, message: Raw, sentence: string][] = [
  ...[
    "",
    " ",
    "nope",
    "{",
    '{"ref":',
    "NaN",
    "null",
    "[]",
    "{}",
    "5",
    '"text"',
    "true",
    "[{}]",
  ].map((payload): [string, Raw, string] => [`the body ${payload}`, text(payload), noObject]),
  ...["null", "[]", "{}", "", "ref=x", '{"payload":"{}"}']
    .slice(0, 5)
    .map((payload): [string, Raw, string] => [
      `the form ${payload}`,
      text(JSON.stringify({ payload })),
      noObject,
    ]),
  ["a form in a form", text('{"payload":"{\\"payload\\":\\"{}\\"}"}'), noBranch],
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

  ["no event", text(JSON.stringify({ ref, repository }), null), noEvent],
  ["an empty event", text(JSON.stringify({ ref, repository }), ""), noEvent],
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
  ["an event that is no text", text(JSON.stringify({ ref, repository }), Buffer.of(255)), noText],

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
    ...["refs/heads/a\nb", "refs/heads/a\n", "\nrefs/heads/a", "refs/heads/a b", "refs/heads/$(a)"],
    ...[
      "refs/heads/a`b`",
      "refs/heads/a\u0000",
      "refs/heads/ü",
      "refs/heads/a\\b",
      " refs/heads/a",
    ],
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
    "a branch of 201 characters",
    push({ ref: `refs/heads/${"b".repeat(201)}`, repository }),
    refusedBranch(`"refs/heads/${"b".repeat(69)}"`),
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
  [
    "one bad branch among good ones",
    cloud([{ new: { type: "branch", name: "a" } }, { new: { type: "branch", name: "-x" } }]),
    refusedBranch('"refs/heads/-x"'),
  ],
];
